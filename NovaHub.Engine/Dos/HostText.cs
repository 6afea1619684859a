using System.Text;
using CliWrap;

namespace NovaHub.Engine.Dos;

/// <summary>
/// Keeps the end of what an emulator says to the host, for an explanation. It is always attached: a child without a
/// reader dies on its next write.
/// </summary>
internal sealed class HostText
{
    private const int Most = 400;
    private readonly StringBuilder _text = new();

    public PipeTarget AsPipe() => PipeTarget.ToDelegate(Add, Encoding.UTF8);

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString().Trim();
        }
    }

    private void Add(string line)
    {
        lock (_text)
        {
            _text.Append(line.AsSpan().Trim()).Append(' ');
            if (_text.Length > Most)
            {
                _text.Remove(0, _text.Length - Most);
            }
        }
    }
}
