using System.Globalization;
using System.Runtime.InteropServices;

namespace NovaHub.Engine.Dos;

/// <summary>
/// The processes of one session. They are found by parent links and by a variable in their environment that carries the
/// job's id, because a process that detached itself twice has no parent of ours any more. Linux only; elsewhere nothing is found.
/// </summary>
internal sealed partial class ProcessTree(string jobId, Func<int, int, int>? kill = null)
{
    public const string Variable = "NOVAHUB_JOB";
    /// <summary>Names the hub process that looks after a session, as id-start time.</summary>
    public const string OwnerVariable = "NOVAHUB_OWNER";
    public const int Terminate = 15;
    public const int Kill = 9;

    private const int NotPermitted = 1;
    private const int SweepRounds = 20;
    private static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(50);

    private readonly Func<int, int, int> _kill = kill ?? SendSignal;
    private readonly string _mark = $"{Variable}={jobId}";

    /// <summary>Why something could not be killed, as a sentence; null when nothing refused.</summary>
    public string? Refused { get; private set; }

    /// <summary>Asks or kills every process in the group of a leader.</summary>
    public void SignalGroup(int leader, int signal) => Note(_kill(-leader, signal), leader, "its process group");

    /// <summary>Processes below one, found by parent links.</summary>
    public static IReadOnlyList<ProcessEntry> Below(int root)
    {
        var all = All().ToList();
        var found = new List<ProcessEntry>();
        var parents = new HashSet<int> { root };
        for (var grew = true; grew;)
        {
            var more = all.Where(entry => parents.Contains(entry.Parent) && parents.Add(entry.Id)).ToList();
            found.AddRange(more);
            grew = more.Count > 0;
        }

        return found;
    }

    /// <summary>Living processes that carry the job's id.</summary>
    public IReadOnlyList<ProcessEntry> OfJob() => [.. All().Where(entry => entry.Id != Environment.ProcessId && Variables(entry.Id).Contains(_mark))];

    /// <summary>True while a process lives; one that only waits to be reaped does not.</summary>
    public static bool IsAlive(int id) => Read(id) is not null;

    /// <summary>Kills what is left of the session until nothing is, or gives up after a second.</summary>
    /// <param name="known">Processes known to belong to it, even if their environment cannot be read.</param>
    /// <param name="time">Clock for the pauses.</param>
    /// <returns>Number of processes killed.</returns>
    public async Task<int> SweepAsync(IReadOnlyList<ProcessEntry> known, TimeProvider time)
    {
        var killed = new HashSet<int>();
        for (var round = 0; round < SweepRounds; round++)
        {
            var left = OfJob().Concat(known.Where(entry => Read(entry.Id)?.Started == entry.Started)).DistinctBy(entry => entry.Id).ToList();
            if (left.Count == 0)
            {
                break;
            }

            foreach (var entry in left)
            {
                killed.Add(entry.Id);
                Note(_kill(entry.Id, Kill), entry.Id, entry.Name);
            }

            await Task.Delay(SweepPause, time, CancellationToken.None);
        }

        return killed.Count;
    }

    private void Note(int error, int id, string name)
    {
        if (error == NotPermitted)
        {
            Refused = $"Process {id} ({name}) cannot be stopped: it runs under another user. An emulator that is installed setuid root cannot be ended by the hub; remove the setuid bit (chmod u-s).";
        }
    }

    // Process ids mean something only inside their namespace: a hub in a container owns sessions that this one can't judge
    private static readonly string s_namespace = OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? "" : "";

    /// <summary>This process as the owner of sessions.</summary>
    public static string OwnMark { get; } = Read(Environment.ProcessId) is { } self ? MarkOf(self) : "";

    /// <summary>Whether the process of an <see cref="OwnMark"/> is gone; null when that can't be told from here.</summary>
    public static bool? OwnerIsGone(string mark) =>
        mark.Length > 0 && mark.StartsWith(s_namespace + "/", StringComparison.Ordinal)
            ? !int.TryParse(mark.AsSpan(s_namespace.Length + 1, Math.Max(0, mark.LastIndexOf('-') - s_namespace.Length - 1)), CultureInfo.InvariantCulture, out var id)
                || Read(id) is not { } living || MarkOf(living) != mark
            : null;

    /// <summary>
    /// Ends sessions whose hub was killed: nobody watches their time limit, and they may still be at work in a game folder.
    /// </summary>
    /// <param name="time">Clock for the grace between asking and killing.</param>
    /// <returns>Number of processes ended.</returns>
    public static async Task<int> EndLeftoversAsync(TimeProvider time)
    {
        var left = Leftovers();
        var count = left.Count;
        left.ForEach(entry => SendSignal(entry.Id, Terminate));
        for (var round = 0; left.Count > 0 && round < 2 * SweepRounds; round++)
        {
            await Task.Delay(SweepPause, time, CancellationToken.None);
            left = Leftovers();
            if (round >= SweepRounds)
            {
                left.ForEach(entry => SendSignal(entry.Id, Kill));
            }
        }

        return count;
    }

    private static List<ProcessEntry> Leftovers()
    {
        var all = All().ToList();
        var living = all.Select(MarkOf).ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(entry => Variables(entry.Id).Find(v => v.StartsWith($"{OwnerVariable}={s_namespace}/", StringComparison.Ordinal)) is { } owner
            && !living.Contains(owner[(OwnerVariable.Length + 1)..]))];
    }

    /// <summary>A process as the owner of sessions, never the same for two.</summary>
    public static string MarkOf(ProcessEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{s_namespace}/{entry.Id}-{entry.Started}");

    private static List<string> Variables(int id)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{id}/environ").Split('\0')];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's
            return [];
        }
    }

    private static IEnumerable<ProcessEntry> All() =>
        OperatingSystem.IsLinux()
            ? Directory.EnumerateDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
                .OfType<ProcessEntry>()
            : [];

    private static ProcessEntry? Read(int id)
    {
        try
        {
            // "id (name) state parent ... " where the name may hold anything; field 22 is the start time
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var open = stat.IndexOf('(', StringComparison.Ordinal);
            var close = stat.LastIndexOf(')');
            var fields = stat[(close + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessEntry(
                    id,
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    stat[(open + 1)..close],
                    long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int SendSignal(int id, int signal) =>
        OperatingSystem.IsLinux() && KillCall(id, signal) != 0 ? Marshal.GetLastPInvokeError() : 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int KillCall(int id, int signal);
}

/// <summary>A process as the kernel lists it. The start time tells it from a later one with the same id.</summary>
internal sealed record ProcessEntry(int Id, int Parent, string Name, long Started);
