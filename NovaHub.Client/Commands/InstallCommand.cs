using System.CommandLine;
using System.Text;
using NovaHub.Client.Install;

namespace NovaHub.Client.Commands;

/// <summary><c>install-service</c>: writes a systemd unit, or a definition for the Windows Task Scheduler, and says what to type next.</summary>
internal static class InstallCommand
{
    public static Command Create()
    {
        var print = new Option<bool>("--print") { Description = "Only show it" };
        var windows = new Option<bool>("--windows") { Description = "The Windows task, whatever this machine is", DefaultValueFactory = _ => OperatingSystem.IsWindows() };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "Write it to this file" };
        var user = new Option<string?>("--user") { Description = "The user that the service runs as (default: whoever calls this, through sudo too)" };
        var command = new Command("install-service", "Write a systemd unit or a Windows scheduled task that runs the daemon") { print, windows, output, user };
        command.SetAction(parsed =>
        {
            using var session = ClientSession.Open(parsed);
            if (!session.IsUsable())
            {
                return ExitCode.BadConfiguration;
            }

            var program = Environment.ProcessPath ?? "novahub-client";
            var forWindows = parsed.GetValue(windows);
            var asRoot = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;
            var runsAs = parsed.GetValue(user) ?? (asRoot ? Environment.GetEnvironmentVariable("SUDO_USER") ?? Environment.UserName : null);
            var text = forWindows ? ServiceFiles.Task(program, session.Config.Path) : ServiceFiles.Unit(program, session.Config.Path, runsAs);
            if (parsed.GetValue(print))
            {
                Console.Write(text);
                return ExitCode.Ok;
            }

            var path = parsed.GetValue(output)?.FullName ?? (forWindows ? Path.GetFullPath("novahub-client-task.xml") : UnitPath(runsAs));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, forWindows ? Encoding.Unicode : new UTF8Encoding(false));
            Console.WriteLine($"{path} is written. Now type:");
            Console.WriteLine(forWindows
                ? $"  schtasks /create /tn \"NovaHub client\" /xml \"{path}\""
                : $"  systemctl {(runsAs is null ? "--user " : "")}daemon-reload && systemctl {(runsAs is null ? "--user " : "")}enable --now {ServiceFiles.UnitName}");
            if (!forWindows && runsAs is null)
            {
                Console.WriteLine("  loginctl enable-linger    # so that it runs while you are not signed in");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static string UnitPath(string? runsAs) => runsAs is null
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config/systemd/user", ServiceFiles.UnitName)
        : Path.Combine("/etc/systemd/system", ServiceFiles.UnitName);
}
