using System.Globalization;
using System.Text;

namespace NovaHub.Engine.Dos;

/// <summary>
/// The batch file of a session. Exit codes of emulators prove nothing, so the batch itself notes the error level after each
/// command in a proof file.
/// </summary>
internal static class DosBatch
{
    public const string Name = "JOB.BAT";
    public const string ProofName = "DONE.TXT";
    public const string LadderName = "RC.BAT";

    /// <summary>Why a command could not stand in a batch file; null when it can.</summary>
    public static string? Fault(DosJob job)
    {
        if (job.Commands.Count == 0)
        {
            return "There is no command to run.";
        }

        if (job.TimeLimit <= TimeSpan.Zero)
        {
            return $"The time limit is {job.TimeLimit}; it must be more than nothing.";
        }

        foreach (var command in job.Commands)
        {
            if (string.IsNullOrWhiteSpace(command) || command.Length > 120 || command.Any(c => c is < ' ' or > '~' or '%'))
            {
                return $"'{command}' is no DOS command: up to 120 printable ASCII characters without '%' are allowed.";
            }

            var program = ProgramOf(command);
            if (IsFileOfFolder(program) && DosFolder.FindProgram(job.Folder, program) is null)
            {
                return $"{program} is not in {job.Folder}: put the game there or correct the league's game folder.";
            }
        }

        return null;
    }

    /// <summary>For dosemu2, whose shell knows %errorlevel% and refuses a whole file for one thing it does not know.</summary>
    public static string ForDosemu(DosJob job, string jobPath)
    {
        var batch = Begin(job);
        for (var i = 0; i < job.Commands.Count; i++)
        {
            Line(batch, Call(job.Commands[i]));
            Line(batch, $@"echo rc{i + 1}=%errorlevel%>>{jobPath}\{ProofName}");
            StopOnFailure(batch, job, i);
        }

        return End(batch, job, $@"{jobPath}\{GuestPrograms.Wait}");
    }

    /// <summary>For DOSBox, which has only <c>if errorlevel N</c>: a ladder finds the exact number when it is not 0.</summary>
    public static string ForDosBox(DosJob job, string jobPath)
    {
        var batch = Begin(job);
        for (var i = 0; i < job.Commands.Count; i++)
        {
            Line(batch, Call(job.Commands[i]));
            Line(batch, "set RC=0");
            Line(batch, $@"if errorlevel 1 call {jobPath}{LadderName}");
            Line(batch, $@"echo rc{i + 1}=%RC%>>{jobPath}{ProofName}");
            StopOnFailure(batch, job, i, "if not \"%RC%\"==\"0\" goto end");
        }

        return End(batch, job, $@"{jobPath}{GuestPrograms.Wait} 2");
    }

    public static string Ladder()
    {
        var ladder = new StringBuilder();
        for (var code = 1; code <= byte.MaxValue; code++)
        {
            Line(ladder, string.Create(CultureInfo.InvariantCulture, $"if errorlevel {code} set RC={code}"));
        }

        return ladder.ToString();
    }

    /// <summary>Error level of each command from the proof file; null where the session never got.</summary>
    public static async Task<IReadOnlyList<int?>> ReadProofAsync(string folder, int commands)
    {
        var codes = new int?[commands];
        if (DosFolder.FindProgram(folder, ProofName) is not { } proof)
        {
            return codes;
        }

        // The emulator may have died while it wrote: what is there counts
        foreach (var line in await File.ReadAllLinesAsync(proof, Encoding.Latin1))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 2 && line.StartsWith("rc", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(line.AsSpan(2, at - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && int.TryParse(line.AsSpan(at + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                && number >= 1 && number <= commands)
            {
                codes[number - 1] = code;
            }
        }

        return codes;
    }

    private static StringBuilder Begin(DosJob job)
    {
        var batch = new StringBuilder();
        Line(batch, "@echo off");
        Line(batch, "c:");
        Line(batch, $"cd {DosFolder.DosPath(job.DriveC, job.Folder)[2..]}");
        return batch;
    }

    private static void StopOnFailure(StringBuilder batch, DosJob job, int index, string line = "if errorlevel 1 goto end")
    {
        if (job.StopAtFirstFailure && index < job.Commands.Count - 1)
        {
            Line(batch, line);
        }
    }

    private static string End(StringBuilder batch, DosJob job, string wait)
    {
        if (job.StopAtFirstFailure)
        {
            Line(batch, ":end");
        }

        Line(batch, wait);
        return batch.ToString();
    }

    private static void Line(StringBuilder batch, string line) => batch.Append(line).Append("\r\n");

    // Without CALL a batch file never comes back
    private static string Call(string command) =>
        ProgramOf(command).EndsWith(".BAT", StringComparison.OrdinalIgnoreCase) ? "call " + command : command;

    private static string ProgramOf(string command) =>
        command.TrimStart().Split(' ', 2, StringSplitOptions.RemoveEmptyEntries)[0];

    private static bool IsFileOfFolder(string program) =>
        program.IndexOfAny(['\\', '/', ':']) < 0
        && Path.GetExtension(program).ToUpperInvariant() is ".EXE" or ".COM" or ".BAT";
}
