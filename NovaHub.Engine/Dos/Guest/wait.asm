; WAIT.COM [ticks]: lets the machine run for a few timer ticks (55 ms each, 7 unless told), then exits with 0.
; A terminal layer that samples the screen loses the last frame when the emulator ends at once, so batch files end with
; this. One digit is enough.

        cpu     8086
        bits    16
        org     100h

start:  mov     dx, 7                   ; a third of a second
        mov     si, 81h                 ; command tail in the PSP
next:   lodsb
        cmp     al, ' '
        je      next
        sub     al, '1'
        cmp     al, 8
        ja      begin                   ; no digit 1..9
        inc     al
        cbw
        mov     dx, ax
begin:  mov     ax, 40h                 ; BIOS data area, 6Ch = tick counter
        mov     es, ax
        sti
tick:   mov     ax, [es:6Ch]
same:   hlt
        cmp     ax, [es:6Ch]
        je      same
        dec     dx
        jnz     tick
        mov     ax, 4C00h
        int     21h
