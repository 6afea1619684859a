; ACT.COM: plays the part of a game in tests of DOS sessions.
;   ACT E nnn   exits with error level nnn
;   ACT H       hangs
;   ACT L       prints the 26 lines of lines.txt (a maintenance run) straight into video memory
;   ACT F nnn   prints nnn numbered rows, six to a timer tick
;   ACT X nnn   prints nnn numbered rows as fast as it can
;   ACT K       waits for a key that never comes

        cpu     8086
        bits    16
        org     100h

start:  cld
        mov     ax, 0B800h
        mov     es, ax
        mov     si, 81h
skip:   lodsb
        cmp     al, ' '
        je      skip
        mov     [action], al
        call    number
        mov     [count], ax
        mov     al, [action]
        cmp     al, 'E'
        je      exit
        cmp     al, 'H'
        je      $
        cmp     al, 'K'
        je      key
        call    clear
        cmp     byte [action], 'L'
        je      lines

rows:   mov     si, rowtext
        call    print
        inc     word [done]
        mov     di, digits+3            ; next number, right to left
carry:  inc     byte [di]
        cmp     byte [di], '9'
        jbe     paced
        mov     byte [di], '0'
        dec     di
        jmp     carry
paced:  cmp     byte [action], 'X'
        je      more
        call    pace
more:   mov     ax, [done]
        cmp     ax, [count]
        jb      rows
        mov     word [count], 0
        jmp     exit

lines:  mov     si, text
        mov     word [count], 0
line:   call    print
        inc     word [done]
        call    pace
        cmp     si, textend
        jb      line
exit:   mov     al, [count]
        mov     ah, 4Ch
        int     21h

key:    xor     ah, ah
        int     16h
        jmp     key

; one row from SI up to CR LF at the bottom of what is printed; scrolls when the screen is full
print:  cmp     word [row], 25
        jb      fits
        push    si
        push    ds
        push    es
        pop     ds
        mov     si, 160
        xor     di, di
        mov     cx, 80*24
        rep     movsw
        pop     ds
        mov     ax, 0720h
        mov     cx, 80
        rep     stosw
        pop     si
        dec     word [row]
fits:   mov     ax, [row]
        mov     cx, 160
        mul     cx
        mov     di, ax
        mov     ah, 07h
put:    lodsb
        cmp     al, 13
        je      put
        cmp     al, 10
        je      printed
        cmp     al, 0FEh                ; a phase: bright cyan
        jne     store
        mov     ah, 0Bh
store:  stosw
        jmp     put
printed:
        inc     word [row]
        ret

; every sixth row waits for the next timer tick
pace:   mov     ax, [done]
        xor     dx, dx
        mov     cx, 6
        div     cx
        or      dx, dx
        jnz     paceend
        push    es
        mov     ax, 40h
        mov     es, ax
        mov     ax, [es:6Ch]
        sti
wait1:  cmp     ax, [es:6Ch]
        je      wait1
        pop     es
paceend:
        ret

clear:  xor     di, di
        mov     ax, 0720h
        mov     cx, 80*25
        rep     stosw
        ret

; decimal number at SI into AX
number: xor     bx, bx
digit:  lodsb
        cmp     al, ' '
        je      digit
        sub     al, '0'
        cmp     al, 9
        ja      numend
        cbw
        xchg    ax, bx
        mov     cx, 10
        mul     cx
        add     bx, ax
        jmp     digit
numend: mov     ax, bx
        ret

action: db      0
count:  dw      0
done:   dw      0
row:    dw      0
rowtext: db     'Row number '
digits: db      '0001 of a flood that never seems to end, row after row after row', 13, 10
text:   incbin  'lines.txt'
textend:
