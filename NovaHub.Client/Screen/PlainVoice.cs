using System.Globalization;
using NovaHub.Client.Sync;

namespace NovaHub.Client.Screen;

/// <summary>Lines, for logs, cron and pipes. Warnings and errors go to standard error.</summary>
/// <param name="verbose">Whether details are shown.</param>
/// <param name="quiet">Whether standard output is kept free, for a document.</param>
/// <param name="time">Stamps the lines of a daemon; null leaves them unstamped.</param>
/// <param name="redactor">Takes secrets out.</param>
internal sealed class PlainVoice(bool verbose, bool quiet, TimeProvider? time, Redactor redactor) : IVoice
{
    private readonly Lock _gate = new();

    public void Say(Level level, string message)
    {
        if (level == Level.Detail && !verbose)
        {
            return;
        }

        var word = level switch { Level.Warning => "Warning: ", Level.Error => "Error: ", _ => "" };
        var stamp = time?.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture);
        Write(level >= Level.Warning || quiet ? Console.Error : Console.Out, stamp + word + redactor.Clean(message));
    }

    public Task WatchAsync(Func<Task> work) => work();

    public IProgressLine Begin(string title, int files) => new Line(this, title);

    public void Summary(SyncReport report)
    {
        foreach (var line in report.Lines())
        {
            Say(Level.Info, line);
        }
    }

    private void Write(TextWriter writer, string line)
    {
        // A daemon outlives the terminal it was started from
        try
        {
            lock (_gate)
            {
                writer.WriteLine(line);
                writer.Flush();
            }
        }
        catch (IOException gone)
        {
            _ = gone;
        }
    }

    private sealed class Line(PlainVoice voice, string title) : IProgressLine
    {
        public void File(string name) => voice.Say(Level.Detail, $"{title}: {name}");

        public void Done()
        {
        }

        public void End()
        {
        }
    }
}
