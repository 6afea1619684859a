#!/usr/bin/env bash
# nginx 1.22 (Debian 12) as a reverse proxy with proxy_buffering off and X-Accel-Buffering: no.
# Expected: with buffering off, a backend notices when a client goes after a small part of the answer.
# Seen: nginx takes and confirms all 100 KB at once; the backend's socket is drained and without error although the client
# read 16 KB, paused and reset its connection. Only beyond some megabytes does the break reach the backend.
# Ends with 0 when that is still so, with 1 when it changed. Needs nginx and python3 (Debian: apt-get install nginx python3).
set -euo pipefail
for tool in /usr/sbin/nginx python3; do
    command -v $tool >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx python3 >/dev/null; }
done
/usr/sbin/nginx -v
folder=$(mktemp -d) && trap 'kill "${nginx:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
read -r front back < <(python3 -c 'import socket
a, b = socket.socket(), socket.socket(); a.bind(("127.0.0.1", 0)); b.bind(("127.0.0.1", 0)); print(a.getsockname()[1], b.getsockname()[1])')
cat >"$folder/nginx.conf" <<CONF
$([ "$(id -u)" -ne 0 ] || echo "user root;")
pid $folder/pid;
events { }
http {
    access_log off;
    client_body_temp_path $folder/a; proxy_temp_path $folder/b; fastcgi_temp_path $folder/c; uwsgi_temp_path $folder/d; scgi_temp_path $folder/e;
    server { listen 127.0.0.1:$front; location / { proxy_pass http://127.0.0.1:$back; proxy_http_version 1.1; proxy_buffering off; } }
}
CONF
/usr/sbin/nginx -p "$folder" -e "$folder/error.log" -c "$folder/nginx.conf" -g "daemon off;" &
nginx=$!
python3 - "$front" "$back" <<'PY'
import fcntl, socket, struct, sys, termios, threading, time
front, back = int(sys.argv[1]), int(sys.argv[2])
listener = socket.create_server(("127.0.0.1", back))
result = {}

def serve():
    connection, _ = listener.accept()
    connection.recv(65536)
    body = b"x" * 100_000
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Accel-Buffering: no\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    left = -1
    for _ in range(200):
        left = struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]
        if left == 0:
            break
        time.sleep(0.01)
    result["left"], result["error"] = left, connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    connection.close()

thread = threading.Thread(target=serve)
thread.start()
for _ in range(100):
    try:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", front))
        break
    except ConnectionRefusedError:
        time.sleep(0.05)
client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
read = 0
while read < 16_384:
    read += len(client.recv(min(4096, 16_384 - read)))
time.sleep(0.5)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
client.close()
thread.join()
print(f"client read {read} bytes and reset; backend: {result['left']} bytes unconfirmed of 100000, socket error {result['error']}")
sys.exit(0 if result["left"] == 0 and result["error"] == 0 else 1)
PY
echo "as described"
