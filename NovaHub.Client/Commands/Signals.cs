using System.Runtime.InteropServices;

namespace NovaHub.Client.Commands;

/// <summary>The first signal asks the program to end in order; the second one is the operating system's to deal with.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Signals()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = !_stop.IsCancellationRequested;
                _stop.Cancel();
            }));
        }
    }

    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _stop.Dispose();
    }
}
