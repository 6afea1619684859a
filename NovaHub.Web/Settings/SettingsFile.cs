using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using NovaHub.Engine.Storage;

namespace NovaHub.Web.Settings;

/// <summary>
/// What people changed on the console: <c>settings.json</c> in the data folder, an ordinary source of the configuration
/// above appsettings.json and below the environment and the command line. Whatever is wrong in it is left out and said.
/// </summary>
internal sealed class SettingsFile : IDisposable
{
    public const string Name = "settings.json";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _folder;
    private readonly PhysicalFileProvider _files;
    private FileProvider? _provider;

    private SettingsFile(string folder)
    {
        _folder = folder;
        MakeFolder(folder);
        // Looked at now and then instead of watched: a watch over this folder would hear every write to the database
        _files = new PhysicalFileProvider(folder) { UsePollingFileWatcher = true, UseActivePolling = true };
    }

    /// <summary>What is wrong in the file, each in a sentence.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>What the file says, without what is wrong.</summary>
    public IReadOnlyDictionary<string, string> Values => _provider!.Values;

    private string FilePath => Path.Combine(_folder, Name);

    /// <summary>Puts the file into the configuration, in whose data folder it lies.</summary>
    /// <param name="configuration">The configuration with everything else in it.</param>
    /// <param name="watch">Whether to notice when somebody edits the file.</param>
    public static SettingsFile AddTo(ConfigurationManager configuration, bool watch)
    {
        var storage = new StorageOptions();
        configuration.GetSection("Storage").Bind(storage);
        var file = new SettingsFile(storage.Root);
        var source = new Source(file)
        {
            FileProvider = file._files,
            Path = Name,
            Optional = true,
            ReloadOnChange = watch,
            OnLoadException = context =>
            {
                file.Faults = [$"{Name} can't be read and counts as empty: {(context.Exception.InnerException ?? context.Exception).Message}"];
                context.Ignore = true;
            },
        };
        var sources = ((IConfigurationBuilder)configuration).Sources;
        var files = sources.Select((s, i) => s is JsonConfigurationSource ? i : -1).DefaultIfEmpty(-1).Max();
        sources.Insert(files + 1, source);
        return file;
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Reads the file anew and tells whoever uses its settings.</summary>
    public void Reload() => _provider!.Reload();

    /// <summary>Which source of the configuration has the last word over the file about this key, or null.</summary>
    public IConfigurationProvider? Above(IConfigurationRoot configuration, string key) =>
        configuration.Providers.Reverse().TakeWhile(p => p != _provider).FirstOrDefault(p => p.TryGet(key, out _));

    /// <summary>What the sources below the file say about this key, or null.</summary>
    public string? Below(IConfigurationRoot configuration, string key)
    {
        foreach (var provider in configuration.Providers.TakeWhile(p => p != _provider).Reverse())
        {
            if (provider.TryGet(key, out var value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Writes what the file is to say, to stay, beside it.</summary>
    /// <param name="values">All that it is to say.</param>
    /// <param name="version">The change's number; <see cref="Complete"/> puts it in place.</param>
    public void Prepare(IReadOnlyDictionary<string, string> values, long version)
    {
        var root = new JsonObject();
        foreach (var (key, value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var parts = key.Split(':', 2);
            var section = (JsonObject)(root[parts[0]] ??= new JsonObject());
            section[parts[1]] = value;
        }

        DurableFile.WritePrivate(Prepared(version), Encoding.UTF8.GetBytes(root.ToJsonString(s_json) + "\n"));
    }

    /// <summary>Puts what was prepared in the file's place. What could not be read of the old one is kept beside it.</summary>
    public void Complete(long version)
    {
        if (Faults.Count > 0 && File.Exists(FilePath))
        {
            File.Copy(FilePath, FilePath + ".set-aside", overwrite: true);
        }

        File.Move(Prepared(version), FilePath, overwrite: true);
        DurableFile.SyncFileSystem(_folder);
        Reload();
    }

    /// <summary>Forgets what was prepared.</summary>
    public void Abandon(long version) => File.Delete(Prepared(version));

    /// <summary>What a hub that broke off in the middle of a change had prepared.</summary>
    public IReadOnlyList<long> Unfinished() =>
        [.. Directory.EnumerateFiles(_folder, Name + ".new-*").Select(f => long.TryParse(f[(f.LastIndexOf('-') + 1)..], out var version) ? version : 0).Where(v => v > 0).Order()];

    private string Prepared(long version) => $"{FilePath}.new-{version}";

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Only what can be changed and is right gets into the configuration: nothing in this file can keep a hub from starting
    private Dictionary<string, string?> Judge(IDictionary<string, string?> said)
    {
        var (good, faults) = (new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase), new List<string>());
        foreach (var (key, value) in said.Where(s => s.Value is not null))
        {
            if (SettingSection.Find(key) is not { } setting)
            {
                faults.Add($"{Name} says {key}, which is not to be set there; it has no effect.");
            }
            else if (setting.FaultOf(value!) is { } fault)
            {
                faults.Add($"{Name} is wrong about {setting.Key} and not followed there: {fault}");
            }
            else if (SettingSection.Of(setting).Judge(new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, value)]).Build()) is [var first, ..])
            {
                faults.Add($"{Name} is wrong about {setting.Key} and not followed there: {first}");
            }
            else
            {
                good[setting.Key] = setting.Tidy(value!);
            }
        }

        Faults = faults;
        return good;
    }

    private sealed class Source(SettingsFile file) : JsonConfigurationSource
    {
        public override IConfigurationProvider Build(IConfigurationBuilder builder)
        {
            EnsureDefaults(builder);
            return file._provider = new FileProvider(this, file);
        }
    }

    private sealed class FileProvider(JsonConfigurationSource source, SettingsFile file) : JsonConfigurationProvider(source)
    {
        public IReadOnlyDictionary<string, string> Values => Data.ToDictionary(d => d.Key, d => d.Value!, StringComparer.OrdinalIgnoreCase);

        public void Reload()
        {
            Load();
            OnReload();
        }

        public override void Load()
        {
            file.Faults = [];
            try
            {
                base.Load();
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
                file.Faults = [$"{Name} can't be read and counts as empty: {unreadable.Message}"];
            }
        }

        public override void Load(Stream stream)
        {
            base.Load(stream);
            Data = file.Judge(Data);
        }
    }
}
