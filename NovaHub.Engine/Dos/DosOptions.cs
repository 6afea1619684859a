using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace NovaHub.Engine.Dos;

/// <summary>How DOS programs are run; configuration section <c>Dos</c>.</summary>
public sealed record DosOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Dos";

    /// <summary><c>auto</c> (dosemu2 when it is installed, else DOSBox), <c>dosemu2</c> (also <c>dosemu</c>) or <c>dosbox</c>.</summary>
    public string Machine { get; set; } = "auto";

    /// <summary>The dosemu2 program: a name on PATH or an absolute path.</summary>
    public string DosemuPath { get; set; } = "dosemu";

    /// <summary>The DOSBox program: a name on PATH or an absolute path.</summary>
    public string DosBoxPath { get; set; } = "dosbox";

    /// <summary>
    /// Speed of DOSBox: <c>fixed N</c>, <c>max</c> or <c>auto</c>. Games whose CRT unit was never patched die with
    /// "Runtime error 200" on a fast machine, so the value is a fixed one.
    /// </summary>
    public string DosBoxCycles { get; set; } = "fixed 20000";

    /// <summary>TERM for dosemu2. A terminal that cannot move its cursor shows nothing.</summary>
    public string Terminal { get; set; } = "linux";

    /// <summary>Folder for scratch folders of sessions; empty means one below the system's temporary folder.</summary>
    public string WorkFolder { get; set; } = "";

    /// <summary>Time between asking a session to end and killing it.</summary>
    public TimeSpan KillAfter { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Refuses settings that cannot work, all at once, each with its key.</summary>
internal sealed partial class DosOptionsRules : IValidateOptions<DosOptions>
{
    public ValidateOptionsResult Validate(string? name, DosOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(DosOptions options)
    {
        if (options.Machine.ToUpperInvariant() is not ("AUTO" or "DOSEMU2" or "DOSEMU" or "DOSBOX"))
        {
            yield return $"Dos:Machine is '{options.Machine}'; allowed are auto, dosemu2 and dosbox.";
        }

        if (string.IsNullOrWhiteSpace(options.DosemuPath))
        {
            yield return "Dos:DosemuPath is empty; give a program name or an absolute path.";
        }

        if (string.IsNullOrWhiteSpace(options.DosBoxPath))
        {
            yield return "Dos:DosBoxPath is empty; give a program name or an absolute path.";
        }

        if (!Cycles().IsMatch(options.DosBoxCycles))
        {
            yield return $"Dos:DosBoxCycles is '{options.DosBoxCycles}'; allowed are 'fixed N', 'max' and 'auto'.";
        }

        if (!TerminalName().IsMatch(options.Terminal))
        {
            yield return $"Dos:Terminal is '{options.Terminal}'; give a terminal type, normally linux.";
        }

        if (options.KillAfter < TimeSpan.FromMilliseconds(100) || options.KillAfter > TimeSpan.FromMinutes(1))
        {
            yield return $"Dos:KillAfter is {options.KillAfter}; allowed are 00:00:00.1 to 00:01:00.";
        }
    }

    [GeneratedRegex("^(fixed [1-9][0-9]{2,6}|max|auto)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Cycles();

    [GeneratedRegex("^[A-Za-z0-9+._-]{1,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex TerminalName();
}
