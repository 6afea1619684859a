; Writes what a text screen of 80 by 25 holds, character and colour of each cell, into the file that is named behind it.
        org 100h
        mov si, 81h
skip:   lodsb
        cmp al, ' '
        je skip
        lea dx, [si-1]
find:   lodsb
        cmp al, 13
        jne find
        mov byte [si-1], 0
        mov ah, 3Ch             ; create
        xor cx, cx
        int 21h
        jc done
        mov bx, ax
        push ds
        mov ax, 0B800h
        mov ds, ax
        xor dx, dx
        mov cx, 4000
        mov ah, 40h             ; write
        int 21h
        pop ds
        mov ah, 3Eh             ; close
        int 21h
done:   mov ax, 4C00h
        int 21h
