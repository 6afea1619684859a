using MudBlazor;
using NovaHub.Engine.Alerts;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Components.Live;

namespace NovaHub.Web.Components.Pages.Alerts;

/// <summary>Alerts in plain words.</summary>
internal static class AlertWords
{
    public static (string Name, string Icon) Of(AlertKind kind) => kind switch
    {
        AlertKind.RunNotGood => ("Run not good", Icons.Material.Outlined.PlayCircle),
        AlertKind.BoardQuiet => ("Board quiet", Icons.Material.Outlined.Dns),
        AlertKind.LeagueStopped => ("Game stopped", Icons.Material.Outlined.Public),
        AlertKind.MailBlocked => ("Mail blocked", Icons.Material.Outlined.FolderOff),
        AlertKind.HubFault => ("Hub fault", Icons.Material.Outlined.MonitorHeart),
        AlertKind.UploadsRefused => ("Uploads refused", Icons.Material.Outlined.Block),
        AlertKind.PacketsHeld => ("Packets held", Icons.Material.Outlined.HelpOutline),
        AlertKind.MailForNobody => ("Mail for nobody", Icons.Material.Outlined.Unsubscribe),
        AlertKind.ScheduleStopped => ("Schedule stopped", Icons.Material.Outlined.Schedule),
        _ => (kind.ToString(), Icons.Material.Outlined.Info),
    };

    public static (string Text, Tone Tone) Of(AlertState state) => state switch
    {
        AlertState.New => ("New", Tone.Info),
        AlertState.Acknowledged => ("Acknowledged", Tone.Quiet),
        _ => ("Over", Tone.Good),
    };

    public static (string Text, Tone Tone) Of(AlertWeight weight) => weight == AlertWeight.Bad ? ("Bad", Tone.Bad) : ("Notice", Tone.Notice);

    public static string Of(AlertScope scope) => scope switch
    {
        AlertScope.Open => "Open",
        AlertScope.New => "Not acknowledged",
        AlertScope.Acknowledged => "Acknowledged",
        AlertScope.Resolved => "Over",
        _ => "All",
    };

    /// <summary>What it is about, in a few words: <c>Board quiet: The Dive</c>.</summary>
    public static string Title(Alert alert, DirectorySnapshot directory)
    {
        var name = Of(alert.Kind).Name;
        return alert switch
        {
            { BbsId: { } bbs } => $"{name}: {Board(bbs, directory)}",
            { LeagueId: { } league } => $"{name}: {league}",
            _ => name,
        };
    }

    /// <summary>A board's name, also of one that is gone.</summary>
    public static string Board(int bbsId, DirectorySnapshot directory) => directory.BoardsById.GetValueOrDefault(bbsId)?.Name ?? $"board {bbsId}";

    /// <summary>What a person does about it.</summary>
    public static string WhatToDo(AlertKind kind) => kind switch
    {
        AlertKind.RunNotGood => "Open the run: its verdicts say what went wrong and what to do. What the game had not read waits for the next run; nothing is lost.",
        AlertKind.BoardQuiet => "Ask its sysop whether the board and its client run; the board's page says how to reach them and what waits. Its mail stays here until it is fetched.",
        AlertKind.LeagueStopped => "Put right what stands above. Mail for the game waits meanwhile, mail between boards goes through, and nothing is lost.",
        AlertKind.MailBlocked => "See what the file is and where it came from, then move it out of INBOUND. The packet goes to the game with the next run; other mail goes on meanwhile.",
        AlertKind.HubFault => "Put it right on the hub's own machine; the page System shows its disk and its database. Boards keep what the hub can't take and send it again.",
        AlertKind.PacketsHeld => "Open each packet: beside it stands what the hub saw. Then say whether the game read it, or give it to the game again. Until then it stays as it is; other mail goes on.",
        AlertKind.MailForNobody => "Add the board that is to have the node: its mail goes to it with its first call. If there will be none, give the packets up. A game that goes on writing to the node has an old nodelist.",
        AlertKind.ScheduleStopped => "Give the league another schedule on its page, or take its schedule away. Runs by hand, and those that start when mail came in, go on.",
        _ => "The reason stands above, and all of them in the activity. Either the board sends what it should not, or its seat here is not the one that its game has. Its program keeps what is refused in OUTBOUND and offers it with every call, until it is right or its sysop takes it out.",
    };

    /// <summary>What ends it without anybody's help.</summary>
    public static string WhatEnds(AlertKind kind) => kind switch
    {
        AlertKind.RunNotGood => "It ends by itself with the league's next good run.",
        AlertKind.BoardQuiet => "It ends by itself when the board speaks.",
        AlertKind.LeagueStopped => "It ends by itself when the game can run, or nothing waits for it any more.",
        AlertKind.MailBlocked => "It ends by itself when the file is gone.",
        AlertKind.HubFault => "It ends by itself when the hub finds nothing wrong any more.",
        AlertKind.PacketsHeld => "It ends by itself when every held packet is decided.",
        AlertKind.MailForNobody => "It ends by itself when a board has the node, or nothing waits for it any more.",
        AlertKind.ScheduleStopped => "It ends by itself when the schedule has a time again, or is taken away.",
        _ => "It ends by itself when the board calls and no longer offers what is refused, an hour later.",
    };
}
