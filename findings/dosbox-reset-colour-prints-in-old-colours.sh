#!/usr/bin/env bash
# DOSBox 0.74-3, its built-in ANSI console: after ESC[0m (all attributes off) text takes the colours of the cells it is printed over.
# Expected, as ANSI.SYS does it: grey on black (attribute 07). Seen: the attribute that stood there (here 1F, white on blue),
# until any other colour code is sent; ESC[0;37m, which asks for the same grey, does print grey on black.
# Ends with 0 while DOSBox behaves so. Needs dosbox and nasm (Debian: apt-get install dosbox nasm).
set -euo pipefail
for tool in dosbox nasm; do
    command -v $tool >/dev/null || { apt-get update -qq && apt-get install -y -qq dosbox nasm >/dev/null; }
done
dpkg-query -W -f 'dosbox ${Version}\n' dosbox 2>/dev/null || true
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/c"

# DUMP.COM NAME: the 4000 bytes of the text screen into a file
cat >"$work/dump.asm" <<'ASM'
        org 100h
        mov si, 82h
        mov dx, si
find:   lodsb
        cmp al, 13
        jne find
        mov byte [si-1], 0
        mov ah, 3Ch
        xor cx, cx
        int 21h
        mov bx, ax
        mov ax, 0B800h
        mov ds, ax
        xor dx, dx
        mov cx, 4000
        mov ah, 40h
        int 21h
        mov ax, 4C00h
        int 21h
ASM
nasm -f bin -o "$work/c/DUMP.COM" "$work/dump.asm"

printf '\e[1;37;44m\e[2J\e[0mgrey?' >"$work/c/RESET.ANS"
printf '\e[1;37;44m\e[2J\e[0;37mgrey?' >"$work/c/WHITE.ANS"
cat >"$work/conf" <<EOC
[sdl]
mapperfile=/dev/null
[mixer]
nosound=true
[autoexec]
@echo off
mount c "$work/c"
c:
type reset.ans
dump RESET.BIN
type white.ans
dump WHITE.BIN
exit
EOC
SDL_VIDEODRIVER=dummy SDL_AUDIODRIVER=dummy HOME="$work" timeout 60 dosbox -conf "$work/conf" -noconsole -exit </dev/null >/dev/null 2>&1

attribute() { od -An -tx1 -j1 -N1 "$work/c/$1" | tr -d ' '; }
echo "after ESC[0m:    the first letter has attribute $(attribute RESET.BIN)  (ANSI.SYS: 07)"
echo "after ESC[0;37m: the first letter has attribute $(attribute WHITE.BIN)"
[ "$(attribute RESET.BIN)" = 1f ] && [ "$(attribute WHITE.BIN)" = 07 ]
