using System.Security;

namespace NovaHub.Client.Install;

/// <summary>What tells an operating system to run the daemon.</summary>
internal static class ServiceFiles
{
    public const string UnitName = "novahub-client.service";

    /// <summary>A systemd unit.</summary>
    /// <param name="program">This program.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="user">Who it runs as; null in a user's own systemd.</param>
    public static string Unit(string program, string config, string? user) =>
        $"""
        [Unit]
        Description=NovaHub client: carries this board's packets
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=exec
        ExecStart={Quote(program)} daemon --config {Quote(config)}
        WorkingDirectory={Path.GetDirectoryName(config)!.Replace("%", "%%", StringComparison.Ordinal)}
        {(user is null ? "" : $"User={user}\n")}Restart=on-failure
        RestartSec=30
        # Asked to end, it ends with 130; it finishes the file in hand and lets a game finish
        SuccessExitStatus=130
        RestartPreventExitStatus=2 3
        TimeoutStopSec=90
        NoNewPrivileges=true

        [Install]
        WantedBy={(user is null ? "default.target" : "multi-user.target")}

        """;

    /// <summary>A definition for the Windows Task Scheduler: starts with the machine, starts again after a failure, has no time limit.</summary>
    public static string Task(string program, string config) =>
        $"""
        <?xml version="1.0" encoding="UTF-16"?>
        <Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
          <RegistrationInfo><Description>NovaHub client: carries this board's packets</Description></RegistrationInfo>
          <Triggers><BootTrigger><Enabled>true</Enabled><Delay>PT30S</Delay></BootTrigger><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
          <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
          <Settings>
            <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
            <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
            <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
            <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
            <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
            <StartWhenAvailable>true</StartWhenAvailable>
          </Settings>
          <Actions Context="Author">
            <Exec>
              <Command>{SecurityElement.Escape(program)}</Command>
              <Arguments>daemon --config "{SecurityElement.Escape(config)}"</Arguments>
              <WorkingDirectory>{SecurityElement.Escape(WindowsFolder(config))}</WorkingDirectory>
            </Exec>
          </Actions>
        </Task>

        """;

    // Made on Linux for a Windows machine, too
    private static string WindowsFolder(string path) => path[..Math.Max(0, path.LastIndexOfAny(['\\', '/']))];

    private static string Quote(string word) => "\"" + word.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal) + "\"";
}
