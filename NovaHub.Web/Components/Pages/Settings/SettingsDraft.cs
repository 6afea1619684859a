using NovaHub.Web.Settings;

namespace NovaHub.Web.Components.Pages.Settings;

/// <summary>A setting as it stands in the form.</summary>
internal sealed class SettingField(EditableSetting setting)
{
    public EditableSetting Setting { get; } = setting;

    /// <summary>What it said when the person began to change it.</summary>
    public string Seen { get; set; } = "";

    /// <summary>What stands in the field.</summary>
    public string Typed { get; set; } = "";

    /// <summary>What is wrong with it, or null.</summary>
    public string? Fault { get; set; }

    /// <summary>Where the present value comes from.</summary>
    public string Source { get; set; } = "";

    /// <summary>Whether it can't be changed here, because it is set where the hub is started.</summary>
    public bool IsFixed { get; set; }

    public bool IsDirty => Typed.Trim() != Seen;

    /// <summary>Id of the input.</summary>
    public string Id => "set-" + Setting.Key.Replace(':', '-').ToLowerInvariant();
}

/// <summary>The form's fields. New values of others come in beside what somebody types, never over it.</summary>
internal sealed class SettingsDraft
{
    /// <summary>Every field, by section.</summary>
    public IReadOnlyList<(SettingSection Section, IReadOnlyList<SettingField> Fields)> Sections { get; } =
        [.. SettingSection.All.Select(s => (s, (IReadOnlyList<SettingField>)[.. s.Settings.Select(e => new SettingField(e))]))];

    /// <summary>Every field.</summary>
    public IEnumerable<SettingField> Fields => Sections.SelectMany(s => s.Fields);

    /// <summary>What is to be changed.</summary>
    public IReadOnlyList<SettingChange> Changes => [.. Fields.Where(f => f.IsDirty).Select(f => new SettingChange(f.Setting.Key, f.Seen, f.Typed.Trim()))];

    /// <summary>Takes what the configuration says now.</summary>
    public void Take(SettingsReport report, SettingsAdmin settings)
    {
        foreach (var field in Fields)
        {
            var now = report.Settings.First(s => s.Key == field.Setting.Key);
            (field.Source, field.IsFixed) = (now.Source, now.Takes == SettingTakes.Fixed);
            if (field.IsFixed || !field.IsDirty)
            {
                field.Seen = field.Typed = settings.ValueOf(field.Setting);
            }
        }
    }

    /// <summary>Forgets what was typed; the next <see cref="Take"/> fills the fields.</summary>
    public void Forget()
    {
        foreach (var field in Fields)
        {
            (field.Typed, field.Fault) = (field.Seen, null);
        }
    }
}
