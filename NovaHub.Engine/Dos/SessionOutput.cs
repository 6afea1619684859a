using System.Buffers;
using CliWrap;
using Microsoft.Extensions.Logging;

namespace NovaHub.Engine.Dos;

/// <summary>
/// Passes a session's screen on, counts it, and notes whether anything was drawn. A receiver that throws loses the rest of
/// the screen, never the run.
/// </summary>
internal sealed class SessionOutput(IDosOutput next, string jobId, ILogger log) : IDosOutput
{
    private bool _broken;
    private bool _escape;

    /// <summary>Bytes passed on.</summary>
    public long Bytes { get; private set; }

    /// <summary>A cursor movement or colour was among them: the terminal layer knew its terminal.</summary>
    public bool Drawn { get; private set; }

    public void Write(ReadOnlySpan<byte> vt)
    {
        Bytes += vt.Length;
        foreach (var b in vt)
        {
            Drawn |= _escape && b == (byte)'[';
            _escape = b == 0x1B;
        }

        if (_broken)
        {
            return;
        }

        try
        {
            next.Write(vt);
        }
        catch (Exception e)
        {
            _broken = true;
            Log.OutputFailed(log, jobId, e);
        }
    }

    /// <summary>A pipe target that writes what comes as it comes.</summary>
    public PipeTarget AsPipe() => PipeTarget.Create(async (stream, cancel) =>
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
            {
                Write(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    });
}
