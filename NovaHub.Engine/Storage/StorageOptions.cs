namespace NovaHub.Engine.Storage;

/// <summary>Where the hub keeps its things. Configuration section <c>Storage</c>.</summary>
public sealed record StorageOptions
{
    /// <summary>The data folder. A relative path is taken from the process's working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>The database file.</summary>
    public string DatabasePath => Path.Combine(Root, "novahub.db");

    /// <summary>Keys: tokens' signing keys and the cookies' protection. Mode 700.</summary>
    public string KeysFolder => Path.Combine(Root, "keys");

    /// <summary>Copies of the database, made before it is migrated.</summary>
    public string BackupsFolder => Path.Combine(Root, "backups");

    /// <summary>Scratch space for emulator sessions.</summary>
    public string WorkFolder => Path.Combine(Root, "work");

    /// <summary>The data folder as a full path.</summary>
    public string Root => Path.GetFullPath(DataFolder);
}
