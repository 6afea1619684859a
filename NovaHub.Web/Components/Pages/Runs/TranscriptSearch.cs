namespace NovaHub.Web.Components.Pages.Runs;

/// <summary>A line of a transcript.</summary>
/// <param name="Number">Its place, from 0.</param>
/// <param name="Text">What it says.</param>
public sealed record TranscriptLine(int Number, string Text);

/// <summary>A piece of a line: found or not, and whether it is the one looked at.</summary>
public readonly record struct TranscriptPart(string Text, bool Found, bool Current);

/// <summary>Looks for a text in what a game printed, without regard to case, and goes from one place to the next.</summary>
public sealed class TranscriptSearch
{
    /// <summary>Most places that are counted. Who finds more looks for something longer.</summary>
    public const int Most = 5000;

    /// <summary>The longest text that is looked for; no row of a DOS screen is longer.</summary>
    public const int Longest = 80;

    private readonly List<(int Line, int Column)> _places = [];
    private readonly Dictionary<int, int> _firstOfLine = [];

    /// <param name="transcript">Lines, as the run keeps them.</param>
    public TranscriptSearch(string transcript)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        Lines = transcript.Length == 0 ? [] : [.. transcript.Split('\n').Select((text, number) => new TranscriptLine(number, text))];
    }

    public IReadOnlyList<TranscriptLine> Lines { get; }

    /// <summary>What is looked for; empty when nothing is.</summary>
    public string Query { get; private set; } = "";

    /// <summary>How many places were found.</summary>
    public int Count => _places.Count;

    /// <summary>The place looked at, from 0, or -1.</summary>
    public int Current { get; private set; } = -1;

    /// <summary>The line and the column of the place looked at, or null.</summary>
    public (int Line, int Column)? Place => Current < 0 ? null : _places[Current];

    /// <summary>Looks for another text; the first place is looked at.</summary>
    public void Find(string? query)
    {
        Query = query is { Length: > Longest } ? query[..Longest] : query ?? "";
        _places.Clear();
        _firstOfLine.Clear();
        if (Query.Length > 0)
        {
            foreach (var line in Lines)
            {
                for (var at = 0; _places.Count < Most && (at = line.Text.IndexOf(Query, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += Query.Length)
                {
                    _firstOfLine.TryAdd(line.Number, _places.Count);
                    _places.Add((line.Number, at));
                }
            }
        }

        Current = _places.Count > 0 ? 0 : -1;
    }

    /// <summary>Goes on by so many places, round the end.</summary>
    public void Go(int by)
    {
        if (_places.Count > 0)
        {
            Current = (((Current + by) % _places.Count) + _places.Count) % _places.Count;
        }
    }

    /// <summary>A line in pieces.</summary>
    public IEnumerable<TranscriptPart> Parts(TranscriptLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var from = 0;
        if (_firstOfLine.TryGetValue(line.Number, out var place))
        {
            for (; place < _places.Count && _places[place].Line == line.Number; place++)
            {
                var at = _places[place].Column;
                if (at > from)
                {
                    yield return new TranscriptPart(line.Text[from..at], false, false);
                }

                from = at + Query.Length;
                yield return new TranscriptPart(line.Text[at..from], true, place == Current);
            }
        }

        if (from < line.Text.Length)
        {
            yield return new TranscriptPart(line.Text[from..], false, false);
        }
    }
}
