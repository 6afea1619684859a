namespace NovaHub.Web.Components.Help;

/// <summary>Every topic of the help. A page of the menu without one fails a test.</summary>
public static class HelpTopics
{
    private static readonly (string, string) s_league = ("League", "Boards that play one game together: three digits and the game's letter, B for BRE and F for FE. 015B and 015F are two leagues.");
    private static readonly (string, string) s_board = ("BBS, board", "A member of leagues. Its program brings and fetches the mail of its games.");
    private static readonly (string, string) s_node = ("Node, BBS index", "A board's number in a league, 1 to 255. It is part of the names of its packets. The hub itself is usually node 1.");
    private static readonly (string, string) s_packet = ("Packet", "A file in which a game sends to another: 555B0201.001 is league 555B, from node 2 to node 1 (in hexadecimal), number 001. Numbers start again after 999, so a name alone means nothing.");
    private static readonly (string, string) s_run = ("Run", "The hub plays its own copy of a league's game: it reads what came in and writes what goes out.");
    private static readonly (string, string) s_nodelist = ("Nodelist", "Who plays in the league and how mail gets there. The hub makes it and every board fetches it.");
    private static readonly (string, string) s_quiet = ("Quiet time", "Mail that comes in starts a run once no more came for this long.");

    private static readonly (string, string)[] s_alert =
    [
        ("New", "Nobody has taken note of it."),
        ("Acknowledged", "Somebody knows, and it goes on."),
        ("Over", "Somebody closed it, or it ended by itself because the hub saw that the cause was gone."),
    ];

    /// <summary>What holds for every page.</summary>
    public static HelpTopic Console { get; } = new(
        "console", "/console", "The console",
        "A live view of the hub. Nothing needs to be loaded anew: what changes, changes before your eyes. When the connection is gone, the page says so and comes back by itself.")
    {
        Acts =
        [
            "Search leagues, BBSes, packets, runs and pages with Ctrl+K.",
            "Choose dark, light or like the system, at the top right. It is remembered in this browser.",
            "Sort lists by their heads and leave columns out; the address of a page holds its sort and filters, so it can be kept or sent to somebody.",
            "Rest on a time to see it exactly, in your zone and in UTC.",
        ],
        Words = [s_league, s_board, s_node, s_packet, s_run, s_nodelist, ("Admin, sysop", "Sysops look, run, cancel and pause. Admins also change leagues, boards and settings, and put packets back.")],
        See = ["dashboard", "first-run"],
    };

    /// <summary>Every topic.</summary>
    public static IReadOnlyList<HelpTopic> All { get; } =
    [
        new("dashboard", "/", "Dashboard", "Whether mail moves, in one sentence with the reasons; then the numbers, what runs now, the packets of the last hours and what comes next.")
        {
            Acts =
            [
                "Follow “Look” behind a reason to its cause.",
                "Choose how far the chart looks back: 24 hours, 7 days, 30 days.",
                "Run a league at once. It runs as soon as a place is free and no player is inside.",
            ],
            Words =
            [
                ("Usually … by now", "The median of what came in by this time of day (UTC) on days like this one in the last four weeks. A new hub knows it after three days."),
                ("Waiting", "Packets that the hub has and that somebody has not fetched or read yet."),
                ("Handed on", "Packets from board to board, which never meet the hub's game."),
                s_run,
            ],
            See = ["runs", "packets", "first-run"],
        },
        new("runs", "/runs", "Runs", "Every run of every league, the latest first, with how it ended and what it moved.")
        {
            Acts = ["Filter by league, outcome, what started it and time; sort by the heads.", "Open a run to see its screen, its phases and why it ended as it did."],
            Words =
            [
                s_run,
                ("Good", "The game said that it finished, read every packet, and ended with exit code 0."),
                ("Incomplete", "It finished and something is wrong: packets stayed unread, for example. They wait for the next run."),
                ("Failed", "It did not finish, or was refused before it began. What was not read waits."),
                ("Game in use", "A player was inside the hub's own game. It is tried again."),
                ("Interrupted", "The hub ended in the middle. The next start closed it by the evidence."),
            ],
            See = ["run", "schedules"],
        },
        new("run", "/runs/", "One run", "The DOS screen as it happens or as it was, the phases with their times, the packets in and out, and in plain words what was proved and what is wrong.")
        {
            Acts =
            [
                "Play the recording anew, faster or from any place.",
                "Cancel a run that goes on: the game is ended and packets that were not read stay queued.",
                "Reprocess (admins): put the packets that the run read back and run again. If the game had taken them in, their effects happen twice; it is asked first.",
                "Transcript: what the game printed, with a search.",
                "Log: what the hub did, step by step, with the times.",
                "Files: the bulletins that the game wrote, drawn as on a DOS screen, to read or to download.",
                "Compare: what differs from the run before, or from any other.",
            ],
            Words =
            [
                ("Verdicts", "What the hub looked at before it called the run good: the completion line, the exit code, each packet gone, the lock."),
                ("Staged", "Put into the game's INBOUND for this run."),
                ("Read, consumed", "Gone from INBOUND afterwards: the game took it in."),
            ],
            See = ["runs", "packets"],
        },
        new("packets", "/packets", "Packets", "Every packet that ever came in or was written, the latest first. A list, however long, is there at once.")
        {
            Acts = ["Filter by league, route, state, time and the beginning of a name.", "Open a packet to follow its way."],
            Words =
            [
                s_packet, s_node,
                ("Waits for the game", "It is for the hub's own game and is read with the next run."),
                ("Waits for the board", "Its board has not fetched it yet."),
                ("Delivered", "The board has every byte of it: its program confirmed that, or its machine acknowledged the last byte."),
                ("Handed to the proxy", "A proxy between took all of it. Whether the board got it nobody here saw; a board's program that confirms what it has leaves no doubt."),
                ("Held: you decide", "It can't be told whether the game read it. Open it: beside it stands what the hub saw. An admin says what is right."),
                ("Given up", "An admin took it out of the queue. It is kept and can be put back."),
            ],
            See = ["packet", "bbses"],
        },
        new("packet", "/packets/", "One packet", "Its way from the board that sent it to whoever read it, with the times; and for BRE which kinds of records are in it. What players wrote is shown to nobody.")
        {
            Acts =
            [
                "Read again (admins): give it to the hub's game with the next run.",
                "It was read, or give it to the game again (admins): decide about a packet that is held.",
                "Deliver again (admins): give it to its board with the next poll.",
                "Enter it as new (admins): an upload was taken for a retry of it, and the game that sent it began anew.",
                "Download its bytes (admins).",
            ],
            Words = [("Route", "From which node to which. Numbers are counted along it."), ("Record", "One thing in a packet: an attack, a message, a report.")],
            See = ["packets", "run"],
        },
        new("leagues", "/leagues", "Leagues", "Every league with its members, what waits and what it lacks.")
        {
            Acts = ["Add a league (admins).", "Run one now, if nothing stands in the way."],
            Words = [s_league, ("Game folder", "The hub's own copy of the game. Every folder name down to it has at most eight letters, a dot and three.")],
            See = ["league", "first-run"],
        },
        new("league", "/leagues/", "One league", "Members, who sends to whom, the game folder and what is wrong with it, the schedule, the nodelist with its versions, and the latest runs.")
        {
            Acts =
            [
                "Run now; pause and go on. While paused it runs only by hand.",
                "Change name, node, address and game folder (admins).",
                "Make the nodelist anew (admins): first you see what would change.",
            ],
            Words = [s_node, s_nodelist, ("FTN address", "A board's address in a FidoNet-style network, 13:10/2. It belongs to one board."), s_quiet],
            See = ["leagues", "schedules", "bbses"],
        },
        new("bbses", "/bbses", "BBSes", "Every board: when it was last seen, what waits for it, whether it may come in.")
        {
            Acts = ["Add a board (admins). Its client id and secret are shown once."],
            Words = [s_board, ("Client id and secret", "With these a board's program signs in. The hub keeps only a hash of the secret."), ("Last seen", "When its program last asked anything of the hub.")],
            See = ["bbs", "first-run"],
        },
        new("bbs", "/bbses/", "One BBS", "A board's traffic, seats and addresses, credentials, what waits for it, and its latest uploads and refusals with the reasons.")
        {
            Acts =
            [
                "Give it a seat in a league, change its node or address there, take the seat away (admins).",
                "Make a new secret: the old one is of no use from then on (admins).",
                "Disable it: it is locked out within a second (admins).",
                "Mail for it: give up what waits and nobody will take, or deliver again what the board lost after it had fetched it (admins).",
            ],
            Words = [("Seat", "A board's place in one league: node and FTN address."), ("Made up", "An FTN address that the hub chose because none was given. Line 3 of the board's BBS.CFG must be exactly this."), ("Refused", "An upload that the hub did not take. The board got the same sentence that stands here.")],
            See = ["bbses", "packets", "alerts"],
        },
        new("schedules", "/schedules", "Schedules", "When each league runs by itself: by the clock, and after mail came in.")
        {
            Acts = ["Change a schedule (admins); the next five times are shown before you save.", "Pause a league and let it go on.", "Run one now."],
            Words =
            [
                ("Cron", "Six fields: second, minute, hour, day of month, month, day of week. “0 0/15 * * * ?” is every 15 minutes."),
                ("Time zone", "Whose clock the cron means: best the one that the game goes by. Daily means once for each date there, also when its clocks change; a time that came while the hub was off is made up, once."),
                s_quiet,
            ],
            See = ["league", "settings"],
        },
        new("alerts", "/alerts", "Alerts", "What is wrong or unusual and wants somebody's eye. The number beside the menu counts those that nobody has taken note of.")
        {
            Acts = ["Filter by state, kind, weight, league and BBS; sort by the heads.", "Choose several and acknowledge or resolve them together."],
            Words = [.. s_alert, ("Quiet board", "A board that has not spoken for longer than is its habit.")],
            See = ["alert", "dashboard", "bbs"],
        },
        new("alert", "/alerts/", "One alert", "What is wrong, since when and how often, with the way to its cause, and what people wrote about it.")
        {
            Acts =
            [
                "Acknowledge: say that you know; it stays open but is no longer new.",
                "Resolve: close it in your name. While what it tells of goes on it stays closed, until that gets worse or comes again.",
                "Add a note for others.",
            ],
            Words = s_alert,
            See = ["alerts", "bbs", "run"],
        },
        new("activity", "/activity", "Activity", "Everything that happened and who did it, the latest first. It is kept for 400 days.")
        {
            Acts = ["Filter by kind, league, BBS and time."],
            Words = [("Upload refused", "With the reason that the board got. Of each board five different refusals a minute are told and the rest is counted.")],
            See = ["runs", "bbs"],
        },
        new("system", "/system", "System", "The hub's own state: version, emulator, database, disk, queues, memory, open consoles.")
        {
            Acts = ["See what is wrong with the hub itself, and what to do."],
            Words = [("Emulator", "The program that plays DOS: dosemu2 or DOSBox."), ("Waiting for games, for boards", "Packets that the hub has and that are not read or fetched yet.")],
            See = ["settings", "alerts"],
        },
        new("settings", "/settings", "Settings", "What the hub's configuration says, where each value comes from, and what is wrong with it. For admins.")
        {
            Acts =
            [
                "Change what can be changed while the hub runs. It takes effect at once; a new entry of the hub makes the nodelists anew, after a question.",
                "Reset a value to what it is without your change.",
                "Find a setting by key, value or source.",
            ],
            Words =
            [
                ("settings.json", "What was changed here, in the data folder. It stands above appsettings.json."),
                ("Fixed", "Set in the environment or on the command line, which have the last word. Take it out there to change it here."),
                ("Length of time", "Hours, minutes and seconds: 00:00:30 is half a minute."),
            ],
            See = ["system", "activity"],
        },
        new("first-run", "/first-run", "The first mail", "A list from no league to the first good run stands on the dashboard of a new hub. It ticks itself off as things happen and goes when all is done.")
        {
            Acts =
            [
                "Add a league, and set the folder of the hub's own copy of the game if it runs one.",
                "Add a board, and hand its client id and secret to its sysop in a way that nobody else reads.",
                "The board's sysop runs novahub-client init, then novahub-client test-connection, then novahub-client.",
                "When the first packet is there, run the league, or wait for the quiet time.",
            ],
            Words = [("novahub-client", "The program that a board runs. It brings what its game wrote and fetches what is for it."), s_quiet],
            See = ["leagues", "bbses", "console"],
        },
        Console,
    ];

    /// <summary>The keys of the console.</summary>
    public static IReadOnlyList<(string Keys, string Does)> Keys { get; } =
    [
        ("?", "this help"),
        ("Ctrl K", "search"),
        ("Esc", "closes what is open"),
        ("Tab", "goes on; the first one on a page leads past the menu"),
    ];

    /// <summary>The topic with this word.</summary>
    public static HelpTopic Find(string key) => All.First(t => t.Key == key);
}
