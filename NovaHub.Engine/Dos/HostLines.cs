using System.Text;

namespace NovaHub.Engine.Dos;

/// <summary>Terminal output as the lines that were written, one after the other, whatever they did on the screen.</summary>
internal sealed class HostLines : IVtActions
{
    private readonly List<string> _lines = [];
    private readonly StringBuilder _line = new();

    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> vt)
    {
        var lines = new HostLines();
        new VtParser(lines).Feed(vt);
        lines.EndLine();
        return lines._lines;
    }

    public void Print(char c) => _line.Append(c);

    public void Control(byte code)
    {
        if (code is 0x0A or 0x0D)
        {
            EndLine();
        }
    }

    public void Escape(char final)
    {
    }

    public void Csi(char final, VtParameters parameters)
    {
        // Colours don't end a line, going elsewhere does
        if (final is not ('m' or 'K'))
        {
            EndLine();
        }
    }

    private void EndLine()
    {
        if (_line.ToString().Trim() is { Length: > 0 } line)
        {
            _lines.Add(line);
        }

        _line.Clear();
    }
}
