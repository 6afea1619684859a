using System.Globalization;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Runs;

namespace NovaHub.Web.Components.Live;

/// <summary>How something is doing, as a colour and an icon say it.</summary>
public enum Tone
{
    /// <summary>Nothing to say.</summary>
    Quiet,

    /// <summary>Going on.</summary>
    Info,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth a look.</summary>
    Notice,

    /// <summary>Wrong.</summary>
    Bad,
}

/// <summary>The engine's states in plain words.</summary>
public static class Words
{
    public static (string Text, Tone Tone) Of(RunOutcome? outcome) => outcome switch
    {
        null => ("Running", Tone.Info),
        RunOutcome.Good => ("Good", Tone.Good),
        RunOutcome.Incomplete => ("Incomplete", Tone.Notice),
        RunOutcome.Failed => ("Failed", Tone.Bad),
        RunOutcome.TimedOut => ("Timed out", Tone.Bad),
        RunOutcome.Cancelled => ("Cancelled", Tone.Quiet),
        RunOutcome.GameInUse => ("Game in use", Tone.Notice),
        RunOutcome.Interrupted => ("Interrupted", Tone.Notice),
        _ => (outcome.ToString()!, Tone.Quiet),
    };

    public static (string Text, Tone Tone) Of(PacketState state) => state switch
    {
        PacketState.WaitingForGame => ("Waits for the game", Tone.Quiet),
        PacketState.Staged => ("In the game", Tone.Info),
        PacketState.Consumed => ("Read", Tone.Good),
        PacketState.WaitingForBoard => ("Waits for the board", Tone.Quiet),
        PacketState.Delivered => ("Delivered", Tone.Good),
        PacketState.Expired => ("Given up", Tone.Notice),
        PacketState.Held => ("Held: you decide", Tone.Bad),
        _ => (state.ToString(), Tone.Quiet),
    };

    /// <summary>Where a packet is. One that only a proxy is known to have is not called delivered.</summary>
    public static (string Text, Tone Tone) Of(Packet packet, int hubIndex) => (packet.StateAt(hubIndex), packet.DeliveryProof) switch
    {
        (PacketState.Delivered, DeliveryProof.HandedToProxy) => ("Handed to the proxy", Tone.Info),
        (PacketState.Delivered, DeliveryProof.SentOnly) => ("Sent", Tone.Info),
        var (state, _) => Of(state),
    };

    /// <summary>How it is known that a board has a packet. Null when that was not kept.</summary>
    public static string? Of(DeliveryProof? proof) => proof switch
    {
        DeliveryProof.Confirmed => "confirmed by the board's program",
        DeliveryProof.Acknowledged => "acknowledged by the board's machine",
        DeliveryProof.HandedToProxy => "handed to the proxy; whether the board got it was not seen",
        DeliveryProof.SentOnly => "sent; this system can't tell whether it arrived",
        _ => null,
    };

    public static Tone Of(VerdictWeight weight) => weight switch
    {
        VerdictWeight.Good => Tone.Good,
        VerdictWeight.Notice => Tone.Notice,
        _ => Tone.Bad,
    };

    public static string Of(VerdictKind kind) => kind switch
    {
        VerdictKind.GameFolder => "Game folder",
        VerdictKind.ExitCode => "Exit code",
        VerdictKind.Consumption => "Packets read",
        VerdictKind.Outbound => "Packets written",
        _ => kind.ToString(),
    };

    public static string Of(RunTrigger trigger, string? who = null) => trigger switch
    {
        RunTrigger.Schedule => "By schedule",
        RunTrigger.Arrival => "Mail came in",
        RunTrigger.ByHand => who is null ? "By hand" : $"By hand: {who}",
        RunTrigger.Reprocess => who is null ? "Reprocess" : $"Reprocess: {who}",
        _ => trigger.ToString(),
    };

    public static string Of(RunStep step) => step switch
    {
        RunStep.Prepare => "Getting ready",
        RunStep.Stage => "Staging packets",
        RunStep.Play => "The game runs",
        RunStep.Verify => "Verifying",
        RunStep.Collect => "Collecting",
        RunStep.Report => "Making reports",
        RunStep.Nodelist => "Nodelist",
        _ => "Ended",
    };

    /// <summary>A length of time, two units at most: <c>0.4 s</c>, <c>12 s</c>, <c>3 min 5 s</c>, <c>1 h 2 min</c>.</summary>
    public static string Of(TimeSpan span) => span switch
    {
        { TotalSeconds: < 0 } => "0 s",
        { TotalSeconds: < 9.95 } => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalSeconds: < 60 } => $"{(int)span.TotalSeconds} s",
        { TotalMinutes: < 60 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalHours: < 24 } => $"{span.Hours} h {span.Minutes} min",
        _ => $"{span.Days} d {span.Hours} h",
    };

    /// <summary>How long ago something was, or its date in <paramref name="zone"/> when that was over a day ago.</summary>
    public static string Ago(DateTime at, DateTime now, TimeZoneInfo zone)
    {
        var ago = now - at;
        return ago switch
        {
            // Clocks of two processes need not agree to the second
            { TotalSeconds: < 5 } and { TotalSeconds: > -60 } => "just now",
            { TotalSeconds: < 60 and > 0 } => $"{(int)ago.TotalSeconds} s ago",
            { TotalMinutes: < 60 and > 0 } => $"{(int)ago.TotalMinutes} min ago",
            { TotalHours: < 24 and > 0 } => $"{(int)ago.TotalHours} h ago",
            { TotalSeconds: < 0 } => $"{Local(at, zone).ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture)}, by a clock that was ahead",
            _ => Local(at, zone).ToString(ago.TotalDays > 300 ? "d MMM yyyy HH:mm" : "d MMM HH:mm", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>How soon something comes, or its date in <paramref name="zone"/> when that is over a day away.</summary>
    public static string Until(DateTime at, DateTime now, TimeZoneInfo zone)
    {
        var left = at - now;
        return left switch
        {
            { TotalSeconds: < 1 } => "now",
            { TotalSeconds: < 60 } => $"in {(int)left.TotalSeconds} s",
            { TotalMinutes: < 60 } => $"in {(int)left.TotalMinutes} min",
            { TotalHours: < 24 } => $"in {(int)left.TotalHours} h {left.Minutes} min",
            _ => Local(at, zone).ToString(left.TotalDays > 300 ? "d MMM yyyy HH:mm" : "d MMM HH:mm", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The time of day to the second, in <paramref name="zone"/>.</summary>
    public static string Clock(DateTime at, TimeZoneInfo zone) => Local(at, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The exact moment for a tooltip: in the viewer's zone, and in UTC.</summary>
    public static string Exact(DateTime at, TimeZoneInfo zone)
    {
        var utc = at.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        return zone.Equals(TimeZoneInfo.Utc) || zone.Id == "Etc/UTC"
            ? utc
            : $"{Local(at, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} ({zone.Id}) · {utc}";
    }

    /// <summary>The moment on a zone's clock, and on the viewer's where that differs: <c>Sun 29 Mar 2026 04:00 Europe/Berlin · 02:00 UTC for you</c>.</summary>
    public static string InZone(DateTime at, TimeZoneInfo zone, TimeZoneInfo viewer)
    {
        var (there, here) = (Local(at, zone), Local(at, viewer));
        var text = $"{there.ToString(there.Second == 0 ? "ddd d MMM yyyy HH:mm" : "ddd d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} {NameOf(zone)}";
        return zone.Id == viewer.Id || NameOf(zone) == NameOf(viewer) ? text
            : $"{text} · {here.ToString(here.Date == there.Date ? "HH:mm" : "ddd d MMM HH:mm", CultureInfo.InvariantCulture)} for you ({NameOf(viewer)})";
    }

    /// <summary>Bytes for people: <c>812 B</c>, <c>4.1 KB</c>, <c>3 MB</c>; a KB is 1024.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = bytes switch
        {
            < 1024 => (bytes, "B"),
            < 1024 * 1024 => (bytes / 1024.0, "KB"),
            < 1024L * 1024 * 1024 => (bytes / 1048576.0, "MB"),
            _ => (bytes / 1073741824.0, "GB"),
        };
        return value.ToString(unit == "B" || value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + unit;
    }

    /// <summary>A number with thin groups: <c>12 345</c>.</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary><c>1 packet</c>, <c>2 packets</c>.</summary>
    public static string Count(long number, string noun) => $"{Count(number)} {noun}{(number == 1 ? "" : "s")}";

    private static string NameOf(TimeZoneInfo zone) => zone.Equals(TimeZoneInfo.Utc) || zone.Id == "Etc/UTC" ? "UTC" : zone.Id;

    private static DateTime Local(DateTime at, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(at, DateTimeKind.Utc), zone);
}
