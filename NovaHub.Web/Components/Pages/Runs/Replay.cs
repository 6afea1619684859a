using NovaHub.Engine.Dos;

namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>What a terminal has to do next: clear itself first or not, then take the bytes.</summary>
public sealed record TerminalWork(bool Clear, byte[] Bytes);

/// <summary>Plays the recording of a screen: position, speed, jumps. Knows no clock and no terminal.</summary>
/// <param name="frames">The recording in order.</param>
public sealed class Replay(IReadOnlyList<RecordingFrame> frames)
{
    private int _next;

    /// <summary>Speeds to choose from.</summary>
    public static IReadOnlyList<int> Speeds { get; } = [1, 2, 4, 8];

    public TimeSpan Length { get; } = frames.Count == 0 ? TimeSpan.Zero : frames[^1].At;

    public TimeSpan Position { get; private set; }

    public bool Playing { get; private set; }

    public int Speed { get; set; } = 1;

    /// <summary>Starts or holds; at the end it starts anew.</summary>
    public TerminalWork? Toggle()
    {
        Playing = !Playing;
        return Playing && Position >= Length ? Jump(TimeSpan.Zero) : null;
    }

    /// <summary>Goes on by so much time of the viewer's.</summary>
    public TerminalWork Advance(TimeSpan time)
    {
        Position = Min(Position + (time * Speed), Length);
        var work = new TerminalWork(false, Take());
        if (_next >= frames.Count)
        {
            Playing = false;
        }

        return work;
    }

    /// <summary>Goes to a moment. A terminal can't go back, so it begins anew and gets all up to there at once.</summary>
    public TerminalWork Jump(TimeSpan to)
    {
        to = to < TimeSpan.Zero ? TimeSpan.Zero : Min(to, Length);
        var back = to < Position;
        if (back)
        {
            _next = 0;
        }

        Position = to;
        return new TerminalWork(back, Take());
    }

    private byte[] Take()
    {
        var from = _next;
        while (_next < frames.Count && frames[_next].At <= Position)
        {
            _next++;
        }

        var bytes = new byte[Enumerable.Range(from, _next - from).Sum(i => frames[i].Bytes.Length)];
        var at = 0;
        for (var i = from; i < _next; i++)
        {
            frames[i].Bytes.CopyTo(bytes.AsMemory(at));
            at += frames[i].Bytes.Length;
        }

        return bytes;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
