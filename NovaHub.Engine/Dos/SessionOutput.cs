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
    private readonly byte[] _head = new byte[8 * 1024];
    private int _headLength;
    private bool _broken;
    private bool _escape;

    /// <summary>Bytes passed on.</summary>
    public long Bytes { get; private set; }

    /// <summary>A cursor movement or colour was among them: the terminal layer knew its terminal.</summary>
    public bool Drawn { get; private set; }

    /// <summary>The first 8 KB of what was passed on: what an emulator says before it draws.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    public void Write(ReadOnlySpan<byte> vt)
    {
        Bytes += vt.Length;
        var first = vt[..Math.Min(vt.Length, _head.Length - _headLength)];
        first.CopyTo(_head.AsSpan(_headLength));
        _headLength += first.Length;
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
