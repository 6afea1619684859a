using NovaHub.Client.Sync;
using Spectre.Console;

namespace NovaHub.Client.Screen;

/// <summary>Bars and a table, for a person at a terminal.</summary>
internal sealed class TerminalVoice(IAnsiConsole console, bool verbose, Redactor redactor) : IVoice
{
    private ProgressContext? _progress;

    public static IAnsiConsole Console() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
    });

    public void Say(Level level, string message)
    {
        if (level == Level.Detail && !verbose)
        {
            return;
        }

        var text = Markup.Escape(redactor.Clean(message));
        console.MarkupLine(level switch
        {
            Level.Detail => $"[grey]{text}[/]",
            Level.Warning => $"[yellow]Warning:[/] {text}",
            Level.Error => $"[red]Error:[/] {text}",
            _ => text,
        });
    }

    public async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await console.Progress()
                .AutoClear(true)
                .HideCompleted(false)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new FilesColumn(), new SpinnerColumn())
                .StartAsync(context =>
                {
                    _progress = context;
                    return work();
                });
        }
        finally
        {
            _progress = null;
        }
    }

    public IProgressLine Begin(string title, int files)
    {
        var task = _progress?.AddTask(Markup.Escape(title), autoStart: true, maxValue: Math.Max(1, files));
        return new Line(task, title);
    }

    public void Summary(SyncReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("League").AddColumn(new TableColumn("Sent").RightAligned())
            .AddColumn(new TableColumn("Received").RightAligned()).AddColumn(new TableColumn("Waiting").RightAligned())
            .AddColumn(new TableColumn("Errors").RightAligned());
        foreach (var (key, league) in report.Leagues)
        {
            table.AddRow(
                new Text(key), new Text(league.Uploaded.ToString()), new Text(league.Downloaded.ToString()), new Text(league.Waiting.ToString()),
                league.Errors > 0 ? new Markup($"[red]{league.Errors}[/]") : new Text("0"));
        }

        console.Write(table);
        console.MarkupLine(Markup.Escape(report.Verdict()));
    }

    private sealed class Line(ProgressTask? task, string title) : IProgressLine
    {
        public void File(string name) => task?.Description(Markup.Escape($"{title} {name}"));

        public void Done() => task?.Increment(1);

        public void End() => task?.StopTask();
    }

    private sealed class FilesColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{task.Value:F0}/{task.MaxValue:F0}");
    }
}
