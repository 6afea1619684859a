; SCREEN.COM - the live screen of a DOSBox session, sent out over COM1 (a null modem).
;
; A resident program. On each timer tick, on entry of each DOS call and before the BIOS scrolls or
; clears, the 80x25 colour text screen is held against a shadow copy and what differs goes to COM1.
;
; What it sends (single bytes):
;   01 row col attr len ch[len]   a run of 1..80 cells of one attribute within one row, CP437
;   02 top bottom n               rows top..bottom moved up by n; the freed n rows follow as runs
;   03                            end of a frame
;   04 row col                    cursor position
;   05                            hello, once; both sides start from a blank screen (20h, 07h)
;
; Why DOS calls too: a game that reads and writes files between two ticks, or that ends at once after
; its last line, would otherwise lose lines. Why BIOS scrolls too: Turbo Pascal's CRT unit scrolls by
; INT 10h, so looking just before it means that no line leaves the screen unseen.

        cpu     386
        org     100h

COM1        equ 3F8h
VIDEO       equ 0B800h
BIOS_DATA   equ 40h
CELLS       equ 80*25
ROW_BYTES   equ 160
GAP         equ 4               ; a new run costs 5 bytes: unchanged cells up to this many are cheaper
STACK_BYTES equ 1024            ; other programs' tick handlers nest on it while we send

start:  jmp     install

signature:  db  'NovaHub screen 1'
SIGNATURE_LENGTH equ $-signature

old08:      dd  0
old10:      dd  0
old21:      dd  0
caller_sp:  dw  0
caller_ss:  dw  0
busy:       db  0               ; a capture is under way (or one must not start)
dead:       db  0               ; COM1 stopped taking bytes: never send again
ending:     db  0               ; this capture is the last one of a program
touched:    db  0               ; the frame has something in it
cursor:     dw  0               ; last position sent: low byte column, high byte row
top:        db  0               ; first and last row that differ
bottom:     db  0
slack:      db  0               ; 1: the lowest row may differ when looking for a scroll
forced_from: db 0               ; rows that the other side doesn't know after a scroll
forced_to:  db  0
is_forced:  db  0
run_start:  db  0
run_last:   db  0
run_attr:   db  0

; ---------------------------------------------------------------------------------- interrupt hooks

tick_hook:                      ; INT 08h: the old handler first, it acknowledges the interrupt
        pushf
        call    far [cs:old08]
        cmp     byte [cs:busy], 0
        jne     .done
        call    capture
.done:  iret

bios_hook:                      ; INT 10h: look before a mode change (0) or a scroll (6, 7)
        pushf
        cmp     byte [cs:busy], 0
        jne     .chain
        or      ah, ah
        je      .look
        cmp     ah, 6
        je      .look
        cmp     ah, 7
        jne     .chain
.look:  call    capture
.chain: popf
        jmp     far [cs:old10]

dos_hook:                       ; INT 21h: look before every call; the last look of a program waits
        pushf
        cmp     byte [cs:busy], 0
        jne     .chain
        or      ah, ah
        je      .last
        cmp     ah, 4Ch
        je      .last
        cmp     ah, 2           ; one character to the console: look only before a line feed, or a
        je      .char           ; program that prints this way crawls
        cmp     ah, 6
        jne     .look
.char:  cmp     dl, 10
        je      .look
        jmp     .chain
.last:  mov     byte [cs:ending], 1
.look:  call    capture
.chain: popf
        jmp     far [cs:old21]

; ---------------------------------------------------------------------------------- capture
; Entered with interrupts off and busy = 0. Keeps every register; runs on its own stack, because a
; game's may be almost full.
capture:
        mov     byte [cs:busy], 1
        mov     [cs:caller_sp], sp
        mov     [cs:caller_ss], ss
        push    cs
        pop     ss
        mov     sp, stack_top
        pushad
        push    ds
        push    es
        cld
        push    cs
        pop     ds
        sti                     ; a full screen takes a third of a second: the clock must go on
        cmp     byte [dead], 0
        jne     .out
        call    scan
        cmp     byte [ending], 0
        je      .out
        call    wait_two_ticks  ; DOSBox gathers bytes for 12 ms: let them leave before it may end
.out:   mov     byte [ending], 0
        cli
        pop     es
        pop     ds
        popad
        mov     ss, [cs:caller_ss]
        mov     sp, [cs:caller_sp]
        mov     byte [cs:busy], 0
        ret

wait_two_ticks:
        mov     ax, BIOS_DATA
        mov     es, ax
        mov     bx, [es:6Ch]
        mov     ecx, 4000000    ; bounded: a stopped clock must not hold the machine
.wait:  mov     ax, [es:6Ch]
        sub     ax, bx
        cmp     ax, 2
        jae     .done
        dec     ecx
        jnz     .wait
.done:  ret

; ---------------------------------------------------------------------------------- scan
; Sends one frame if the screen or the cursor changed. DS = CS. Uses every register.
scan:
        mov     ax, BIOS_DATA
        mov     es, ax
        cmp     byte [es:49h], 3        ; colour text modes only
        ja      .done
        cmp     word [es:4Ah], 80
        jne     .done
        mov     bp, [es:50h]            ; cursor of page 0
        mov     byte [touched], 0
        mov     byte [forced_from], 0FFh
        mov     ax, VIDEO
        mov     es, ax
        mov     si, shadow
        xor     di, di
        mov     cx, CELLS/2
        repe cmpsd
        je      .cursor

        lea     ax, [di-4]              ; the double word that differs
        mov     bl, ROW_BYTES
        div     bl
        mov     [top], al
        mov     al, 25
.up:    dec     al                      ; ends at the latest at the row just found
        call    row_equal
        je      .up
        mov     [bottom], al
        call    find_scroll
        mov     dl, [top]
.rows:  call    send_row
        inc     dl
        cmp     dl, [bottom]
        jbe     .rows

.cursor:
        cmp     bp, [cursor]
        je      .frame
        mov     [cursor], bp
        mov     byte [touched], 1
        mov     al, 4
        call    send
        mov     ax, bp
        mov     al, ah
        call    send
        mov     ax, bp
        call    send
.frame: cmp     byte [touched], 0
        je      .done
        mov     al, 3
        call    send
.done:  ret

; AL = row; ZF set if screen and shadow agree on it. Keeps AL.
row_equal:
        push    ax
        mov     ah, ROW_BYTES
        mul     ah
        mov     di, ax
        lea     si, [shadow+di]
        mov     cx, ROW_BYTES/4
        repe cmpsd
        pop     ax
        ret

; ---------------------------------------------------------------------------------- scrolling
; Looks for the smallest n for which screen rows top..bottom-n are shadow rows top+n..bottom, sends it
; and moves the shadow. A line completed just before it scrolled differs in the lowest row only, so
; if nothing fits, a second look leaves that row out (the runs correct it).
find_scroll:
        mov     byte [slack], 0
.again: mov     bl, 1
.try:   mov     al, [bottom]            ; rows to compare, less one
        sub     al, [top]
        sub     al, bl
        jbe     .none
        sub     al, [slack]
        jbe     .none                   ; at least two rows, or it proves nothing
        inc     ax
        mov     ah, ROW_BYTES/4
        mul     ah
        mov     dx, ax                  ; double words to compare
        call    scroll_pointers
        mov     cx, dx
        repe cmpsd
        jne     .next
        mov     al, [top]               ; blank rows prove nothing either
        mov     ah, ROW_BYTES
        mul     ah
        mov     di, ax
        mov     cx, dx
        shl     cx, 1
.ink:   mov     al, [es:di]
        add     di, 2
        cmp     al, ' '
        je      .blank
        or      al, al
        jne     .found
.blank: loop    .ink
.next:  inc     bl
        jmp     .try
.none:  xor     byte [slack], 1
        jnz     .again
        ret

.found: mov     byte [touched], 1
        mov     al, 2
        call    send
        mov     al, [top]
        call    send
        mov     al, [bottom]
        call    send
        mov     al, bl
        call    send
        mov     al, [bottom]
        mov     [forced_to], al
        sub     al, bl
        inc     al
        mov     [forced_from], al
        sub     al, [top]               ; move the shadow up: bottom-n-top+1 rows
        mov     ah, ROW_BYTES/4
        mul     ah
        mov     cx, ax
        call    scroll_pointers
        add     di, shadow
        push    es
        push    ds
        pop     es
        rep movsd
        pop     es
        ret

; BL = n. SI = address of shadow row top+n, DI = offset of row top. Keeps CX, DX, BX.
scroll_pointers:
        mov     al, [top]
        mov     ah, ROW_BYTES
        mul     ah
        mov     di, ax
        mov     al, bl
        mov     ah, ROW_BYTES
        mul     ah
        add     ax, di
        add     ax, shadow
        mov     si, ax
        ret

; ---------------------------------------------------------------------------------- one row
; DL = row. Sends its changed cells (all 80 if the row is forced) as runs. Keeps DL, BP.
send_row:
        mov     byte [is_forced], 0
        cmp     dl, [forced_from]
        jb      .begin
        cmp     dl, [forced_to]
        ja      .begin
        mov     byte [is_forced], 1
.begin: mov     al, ROW_BYTES
        mul     dl
        mov     di, ax
        lea     si, [shadow+di]
        xor     bx, bx                  ; BL = column
.find:  cmp     bl, 80
        jae     .done
        call    cell_differs
        jne     .run
        inc     bl
        jmp     .find

.run:   mov     [run_start], bl
        mov     [run_last], bl
        mov     [run_attr], ah
.grow:  inc     bl
        cmp     bl, 80
        jae     .emit
        call    cell_differs
        pushf
        cmp     ah, [run_attr]
        jne     .other
        popf
        je      .same
        mov     [run_last], bl
        jmp     .grow
.same:  mov     al, bl
        sub     al, [run_last]
        cmp     al, GAP
        jbe     .grow
        jmp     .emit
.other: popf

.emit:  mov     byte [touched], 1
        mov     al, 1
        call    send
        mov     al, dl
        call    send
        mov     al, [run_start]
        call    send
        mov     al, [run_attr]
        call    send
        mov     al, [run_last]
        sub     al, [run_start]
        inc     al
        movzx   cx, al
        call    send
        movzx   bx, [run_start]
.cells: push    bx
        add     bx, bx
        mov     ax, [es:di+bx]
        mov     [si+bx], ax
        pop     bx
        call    send
        inc     bx
        loop    .cells
        jmp     .find
.done:  ret

; BX = column. AX = the cell on screen; ZF clear if it has to be sent. Keeps all else.
cell_differs:
        push    bx
        add     bx, bx
        mov     ax, [es:di+bx]
        cmp     byte [is_forced], 1
        je      .forced
        cmp     ax, [si+bx]
        pop     bx
        ret
.forced:
        pop     bx
        or      sp, sp                  ; clears ZF: a stack pointer is never 0 here
        ret

; ---------------------------------------------------------------------------------- COM1
; AL = byte. Waits some tenths of a second at most, then gives up for good. Keeps everything.
send:   cmp     byte [dead], 0
        jne     .out
        push    ax
        push    cx
        push    dx
        mov     ah, al
        mov     dx, COM1+5
        xor     cx, cx                  ; 65,536 looks
.wait:  in      al, dx
        test    al, 20h                 ; transmitter takes a byte
        jnz     .go
        loop    .wait
        mov     byte [dead], 1
        jmp     .done
.go:    mov     dx, COM1
        mov     al, ah
        out     dx, al
.done:  pop     dx
        pop     cx
        pop     ax
.out:   ret

; ---------------------------------------------------------------------------------- installation
install:
        cld
        mov     ax, 3521h               ; a second copy finds its own signature behind INT 21h
        int     21h
        mov     si, signature
        mov     di, signature
        mov     cx, SIGNATURE_LENGTH
        repe cmpsb
        mov     dx, twice
        je      .refuse
        push    cs
        pop     es

        mov     dx, COM1+5              ; a port that isn't there reads as FFh
        in      al, dx
        cmp     al, 0FFh
        mov     dx, no_port
        je      .refuse
        mov     dx, COM1+1              ; no interrupts
        xor     al, al
        out     dx, al
        mov     dx, COM1+3              ; divisor 1 = 115200
        mov     al, 80h
        out     dx, al
        mov     dx, COM1
        mov     al, 1
        out     dx, al
        inc     dx
        xor     al, al
        out     dx, al
        mov     dx, COM1+3              ; 8N1
        mov     al, 3
        out     dx, al
        inc     dx                      ; DTR, RTS
        out     dx, al

        mov     di, shadow
        mov     ax, 0720h
        mov     cx, CELLS
        rep stosw
        mov     al, 5
        call    send

        mov     ax, 3508h
        int     21h
        mov     [old08], bx
        mov     [old08+2], es
        mov     ax, 3510h
        int     21h
        mov     [old10], bx
        mov     [old10+2], es
        mov     ax, 3521h
        int     21h
        mov     [old21], bx
        mov     [old21+2], es
        mov     es, [2Ch]               ; our copy of the environment isn't needed
        mov     ah, 49h
        int     21h
        mov     ax, 2510h
        mov     dx, bios_hook
        int     21h
        mov     ax, 2521h
        mov     dx, dos_hook
        int     21h
        mov     ax, 2508h
        mov     dx, tick_hook
        int     21h
        mov     ax, 3100h
        mov     dx, (RESIDENT+15)/16
        int     21h

.refuse:
        mov     ah, 9
        int     21h
        mov     ax, 4C01h
        int     21h

twice:      db  'SCREEN.COM is loaded already.',13,10,'$'
no_port:    db  'SCREEN.COM found no COM1.',13,10,'$'

image_end:
RESIDENT    equ 100h+(image_end-start)+4+CELLS*2+STACK_BYTES     ; 4: alignment below

            section .bss
            alignb  4
shadow:     resw    CELLS
            resb    STACK_BYTES
stack_top:
