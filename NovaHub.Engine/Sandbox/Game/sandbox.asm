; Sandbox Realms - a small DOS program that behaves to a hub the way BRE does: same commands, same
; files, same packets, same screens. Made for tests and for trying a hub without the real game.
;
; Runs as BRE.EXE <command> [words...] in its own folder. A flat image: DOS goes by the MZ signature,
; not by the file's extension, and loads this like a .COM. Runs under DOSBox and dosemu2 alike.
;
;   text.inc      building a line of text
;   screen.inc    printing it into video memory
;   config.inc    command line, BBS.CFG, BRNODES.DAT, SANDBOX.DAT
;   packet.inc    records: CRC, run encoding, type names
;   inbound.inc   reading packets
;   outbound.inc  writing packets
;   reports.inc   SCORES, ROUTEINFO, BBSINFO
;   data.inc      everything kept in memory

%include "macros.inc"
        cpu     386
        org     100h
        section .data align=2
        section .bss align=4
        section .text

start:  cld
        mov     di, bss_start           ; DOS doesn't clear memory
        mov     cx, bss_end
        sub     cx, di
        xor     al, al
        rep stosb
        mov     ax, cs                  ; two further segments: one record, and what is to be relayed
        add     ax, 1000h
        mov     [record_segment], ax
        add     ax, 1000h
        mov     [relay_segment], ax
        add     ax, 1000h
        cmp     ax, [2]                 ; PSP: first segment that isn't ours
        ja      no_memory

        mov     dx, lock_name           ; somebody is inside: not a word
        mov     ax, 4300h
        int     21h
        mov     ax, 4C01h
        jc      .free
        int     21h
.free:  call    take_lock
        call    parse_command
        test    dword [words], WORD_LOCK
        jz      .run
        mov     ax, 4C00h               ; leave the lock behind, as a killed run does
        int     21h

.run:   call    clear_screen
        call    read_config
        call    read_nodelist
        call    find_self
        call    read_state
        call    make_folders
        mov     bx, [command]
        cmp     bx, COMMANDS
        mov     si, no_command
        jae     stop_with
        add     bx, bx
        jmp     [commands_run+bx]

; ---------------------------------------------------------------------------------- ends
; All of them print, give the emulator time to show the last frame, and exit.

no_memory:
        mov     si, text_no_memory
stop_with:                              ; SI = a sentence; exit code 2
        call    begin_line
        call    put_text
        mov     bl, RED
        call    print_line
        mov     byte [exit_code], 2
        jmp     finish

crash:  line    RED, "Runtime error 200 at 0000:0000."
        mov     byte [exit_code], 200
        mov     byte [keep_lock], 1     ; a program that died doesn't tidy up
        jmp     finish

hang:   call    idle                    ; deaf to keys, for ever
        jmp     hang

finish: test    dword [words], WORD_EXIT1
        jz      .show
        cmp     byte [exit_code], 0
        jne     .show
        mov     byte [exit_code], 1
.show:  call    leave_screen
        cmp     byte [keep_lock], 0
        jne     .exit
        mov     dx, lock_name
        mov     ah, 41h
        int     21h
.exit:  mov     al, [exit_code]
        mov     ah, 4Ch
        int     21h

take_lock:
        mov     dx, lock_name
        xor     cx, cx
        mov     ah, 3Ch
        int     21h
        jc      .done
        mov     bx, ax
        mov     dx, lock_name
        mov     cx, 1
        mov     ah, 40h
        int     21h
        mov     ah, 3Eh
        int     21h
.done:  ret

; ---------------------------------------------------------------------------------- commands

run_planetary:
        mov     byte [reads], 1
        mov     byte [writes], 1
        jmp     maintenance
run_inbound:
        mov     byte [reads], 1
        jmp     maintenance
run_outbound:
        mov     byte [writes], 1

maintenance:
        title   "Planetary Maintenance"
        phase   "Checking Daily Maintenance"
        call    daily_maintenance
        call    load_relays
        cmp     byte [reads], 0
        je      .read
        phase   "Processing Incoming Data (May take a while)"
        test    dword [words], WORD_HANG
        jnz     hang
        test    dword [words], WORD_NOREAD
        jnz     .local
        call    read_packets
        call    save_relays             ; a packet is deleted once read: keep what it had for others
        call    write_state
        test    dword [words], WORD_CRASH
        jnz     crash
.local: phase   "Creating Local Recon Info"
.read:  cmp     byte [writes], 0
        je      .written
        phase   "Creating Routing Data"
        phase   "Processing Outbound Data"
        call    write_packets
        call    drop_relays
        call    write_state
        test    dword [words], WORD_JUNK
        jz      .written
        call    write_junk
.written:
        test    dword [words], WORD_FLOOD
        jz      .lost
        call    flood
.lost:  test    dword [words], WORD_HANG | WORD_CRASH
        jz      .last
        test    dword [words], WORD_HANG
        jnz     hang
        jmp     crash
.last:  phase   "Checking for Any Lost Attacks"
        test    dword [words], WORD_NOLINE
        jnz     finish
        mov     byte [phase_colour], GREEN
        phase   "Planetary Maintenance Complete"
        jmp     finish

; A new date: burns one sequence number on each route ever used, as the real games do.
daily_maintenance:
        call    read_clock
        mov     eax, [today]
        cmp     eax, [state_date]
        je      .done
        phase   "Running Daily Maintenance"
        cmp     dword [state_date], 0
        je      .first
        mov     bx, 255*2
.burn:  mov     ax, [state_sequences+bx]
        cmp     ax, NEVER
        je      .next
        call    next_sequence
        mov     [state_sequences+bx], ax
.next:  sub     bx, 2
        jnc     .burn
.first: mov     eax, [today]
        mov     [state_date], eax
        inc     word [state_days]
        call    write_state
.done:  ret

flood:  mov     word [pace], 20
        mov     eax, 1
.line:  push    eax
        call    begin_line
        put     "     Flood line "
        pop     eax
        push    eax
        mov     cl, 4
        call    put_zeroed
        put     " of 2000: every line of a noisy game has to arrive whole"
        mov     bl, GRAY
        call    print_line
        pop     eax
        inc     eax
        cmp     ax, 2000
        jbe     .line
        mov     word [pace], PACE
        ret

run_full:
        mov     si, text_full
        jmp     wait_for_key
run_editor:
        mov     si, text_editor
        jmp     wait_for_key
run_reset:
        mov     si, text_reset
wait_for_key:
        push    si
        title   "Interactive"
        call    begin_line
        put     "     "
        pop     si
        call    put_text
        put     " Press a key."
        mov     bl, GRAY
        call    print_line
        xor     ah, ah
        int     16h
        line    GRAY, "     Goodbye."
        jmp     finish

%include "text.inc"
%include "screen.inc"
%include "config.inc"
%include "packet.inc"
%include "inbound.inc"
%include "outbound.inc"
%include "reports.inc"
%include "data.inc"
