using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;
using NovaHub.Engine.Activities;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Settings;

/// <summary>One setting that somebody wants to change.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Seen">The value that they saw when they began.</param>
/// <param name="Value">The new value; null takes it out of <see cref="SettingsFile"/>, back to what it is without.</param>
internal sealed record SettingChange(string Key, string Seen, string? Value);

/// <summary>What came of a change.</summary>
/// <param name="Faults">What is wrong, by key; then nothing was changed.</param>
/// <param name="Changed">Keys that say something else now.</param>
/// <param name="Nodelists">How many nodelists were made anew.</param>
internal sealed record SettingsAnswer(IReadOnlyDictionary<string, string> Faults, IReadOnlyList<string> Changed, int Nodelists);

/// <summary>
/// Changes settings while the hub runs. The file, the nodelists that follow from it and what is told of it change
/// together: the file is written beside the old one first, then the database commits, then it takes its place; a hub
/// that broke off in between sees by the database's number of the change whether to go on or to forget it.
/// </summary>
internal sealed class SettingsAdmin(
    SettingsFile file, IConfiguration configuration, IDbContextFactory<HubDb> databases, LeagueAdmin leagues, HubDirectory directory,
    TimeProvider clock, ILogger<SettingsAdmin> log) : IDisposable
{
    private const string Topic = "settings";

    private readonly SemaphoreSlim _door = new(1, 1);
    private IDisposable? _watch;
    private IReadOnlyList<string> _told = [];

    private IConfigurationRoot Root => (IConfigurationRoot)configuration;

    /// <summary>What a setting says now.</summary>
    public string ValueOf(EditableSetting setting) => setting.Tidy(configuration[setting.Key] ?? SettingSection.DefaultOf(setting));

    /// <summary>What a setting would say if the file said nothing about it.</summary>
    public string Without(EditableSetting setting) =>
        setting.Tidy(file.Below(Root, setting.Key) ?? SettingSection.DefaultOf(setting));

    /// <summary>Finishes or forgets what an earlier hub broke off, and from then on says in the log what is wrong in the file.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        foreach (var version in file.Unfinished())
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (await VersionAsync(db, cancellationToken) >= version)
            {
                file.Complete(version);
            }
            else
            {
                file.Abandon(version);
            }
        }

        TellFaults();
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, TellFaults);
    }

    /// <summary>Changes all of it or, when anything is wrong, nothing.</summary>
    /// <param name="changes">At most one for a key.</param>
    /// <param name="who">Who does it.</param>
    /// <param name="cancellationToken">Ends the wait; then nothing is changed.</param>
    /// <exception cref="RefusedException">The file can't be written, or a nodelist would harm its league.</exception>
    public async Task<SettingsAnswer> ChangeAsync(IReadOnlyList<SettingChange> changes, string? who, CancellationToken cancellationToken)
    {
        await _door.WaitAsync(cancellationToken);
        try
        {
            var next = new Dictionary<string, string>(file.Values, StringComparer.OrdinalIgnoreCase);
            var faults = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var change in changes)
            {
                var setting = SettingSection.Find(change.Key) ?? throw new RefusedException($"{change.Key} can't be changed here.");
                if (Refuse(setting, change) is { } fault)
                {
                    faults[setting.Key] = fault;
                }
                else if (change.Value is { } value)
                {
                    next[setting.Key] = setting.Tidy(value);
                }
                else
                {
                    next.Remove(setting.Key);
                }
            }

            var coming = Coming(next);
            foreach (var sentence in SettingSection.All.SelectMany(s => s.Judge(coming)))
            {
                var key = changes.Select(c => c.Key).FirstOrDefault(k => sentence.Contains(k, StringComparison.Ordinal));
                // What was wrong before, elsewhere, is no reason to refuse this
                _ = key is not null && faults.TryAdd(key, sentence);
            }

            var changed = changes.Select(c => SettingSection.Find(c.Key)!)
                .Select(s => (Setting: s, From: ValueOf(s), To: s.Tidy(coming[s.Key] ?? SettingSection.DefaultOf(s))))
                .ToList();
            return faults.Count > 0
                ? new SettingsAnswer(faults, [], 0)
                : await WriteAsync(next, coming, [.. changed.Where(c => c.From != c.To)], who, cancellationToken);
        }
        finally
        {
            _door.Release();
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _door.Dispose();
    }

    private string? Refuse(EditableSetting setting, SettingChange change) =>
        file.Above(Root, setting.Key) is not null ? $"{setting.Key} is fixed where the hub is started and can't be changed here."
        : ValueOf(setting) is var now && now != change.Seen ? $"Somebody changed {setting.Key} meanwhile: it was “{change.Seen}” and is “{now}” now. Look at it again."
        : change.Value is { } value ? setting.FaultOf(value.Trim())
        : null;

    private async Task<SettingsAnswer> WriteAsync(
        Dictionary<string, string> next, IConfiguration coming, IReadOnlyList<(EditableSetting Setting, string From, string To)> changed, string? who,
        CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var version = await VersionAsync(db, cancellationToken) + 1;
        var nodelists = 0;
        try
        {
            file.Prepare(next, version);
            foreach (var (setting, from, to) in changed)
            {
                await ActivityLog.AddAsync(
                    db,
                    new Activity { At = clock.GetUtcNow().UtcDateTime, Kind = ActivityKind.SettingChanged, Sentence = $"{setting.Key} was changed from {Say(from)} to {Say(to)}.", Who = who },
                    cancellationToken);
            }

            if (changed.Any(c => c.Setting.Key.StartsWith("Hub:", StringComparison.Ordinal)))
            {
                var hub = new HubOptions();
                coming.GetSection("Hub").Bind(hub);
                nodelists = await leagues.PublishAllAsync(db, hub, cancellationToken);
            }

            await SignalRows.RaiseAsync(db, Topic, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            file.Abandon(version);
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new RefusedException($"{SettingsFile.Name} can't be written: {failure.Message} Nothing was changed.");
            }

            throw;
        }

        file.Complete(version);
        foreach (var (setting, _, _) in changed)
        {
            Log.SettingChanged(log, setting.Key, who ?? "somebody");
        }

        await directory.RefreshAsync(cancellationToken);
        return new SettingsAnswer(new Dictionary<string, string>(StringComparer.Ordinal), [.. changed.Select(c => c.Setting.Key)], nodelists);
    }

    private static string Say(string value) => value.Length == 0 ? "nothing" : $"“{value}”";

    // The sections as they would be: everything that can't be changed here stays
    private IConfigurationRoot Coming(Dictionary<string, string> next)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var section in SettingSection.All)
        {
            foreach (var (key, value) in configuration.GetSection(section.Name).AsEnumerable().Where(v => v.Value is not null))
            {
                values[key] = value;
            }

            foreach (var key in section.Settings.Select(s => s.Key))
            {
                if (file.Above(Root, key) is null)
                {
                    values[key] = next.GetValueOrDefault(key) ?? file.Below(Root, key);
                }
            }
        }

        return new ConfigurationBuilder().AddInMemoryCollection(values.Where(v => v.Value is not null)).Build();
    }

    private void TellFaults()
    {
        var faults = file.Faults;
        foreach (var fault in faults.Except(_told))
        {
            Log.SettingsFault(log, fault);
        }

        _told = faults;
    }

    private static async Task<long> VersionAsync(HubDb db, CancellationToken cancellationToken) =>
        await db.Set<Signal>().Where(s => s.Topic == Topic).Select(s => (long?)s.Version).SingleOrDefaultAsync(cancellationToken) ?? 0;
}
