#!/usr/bin/env bash
# .NET 10 on Linux: a file opened for reading with FileShare.ReadWrite | FileShare.Delete, "everybody may do everything", is under a
# shared flock for as long as it is open. Expected: no lock, since nothing is asked to be kept out. Seen: another program's
# exclusive flock on it fails at once, or waits (dosemu2 takes one for each write). A file opened by cat is under no lock.
# Ends with 0 while .NET behaves so. Needs the .NET SDK 10 and flock (util-linux); fetches no package.
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
echo "dotnet $(dotnet --version)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'packet' >data
cat >reader.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>
XML
cat >reader.cs <<'CS'
using var file = new System.IO.FileStream(args[0], System.IO.FileMode.Open, System.IO.FileAccess.Read, System.IO.FileShare.ReadWrite | System.IO.FileShare.Delete);
System.Console.WriteLine("open");
System.Console.ReadLine();
CS
dotnet build -c Release -o out -v quiet >log 2>&1 || { cat log; exit 1; }

# Is an exclusive lock to be had while the named command has the file open?
seen() {
    local free="an exclusive flock is given"
    coproc HOLDER { "$@"; }
    read -r _ <&"${HOLDER[0]}"
    flock -xn data true || free="an exclusive flock is refused"
    kill "$HOLDER_PID" 2>/dev/null || true
    wait "$HOLDER_PID" 2>/dev/null || true
    echo "$free"
}
plain="$(seen sh -c 'exec 3<data; echo open; sleep 30')"
shared="$(seen out/reader data)"
switched="$(DOTNET_SYSTEM_IO_DISABLEFILELOCKING=1 seen out/reader data)"
echo "open in a shell:                              $plain"
echo "open in .NET, FileShare.ReadWrite | Delete:   $shared"
echo "the same, file locking switched off:          $switched"
[ "$plain" = "an exclusive flock is given" ] && [ "$shared" = "an exclusive flock is refused" ] && [ "$switched" = "an exclusive flock is given" ]
