using System.CommandLine;
using Microsoft.Extensions.Options;
using NovaHub.Engine.Dos;
using NovaHub.Engine.Leagues;
using NovaHub.Web.Settings;

namespace NovaHub.Web.Commands;

/// <summary><c>emulator</c>: which DOS emulator the configuration leads to. It opens no ledger.</summary>
internal static class EmulatorCommand
{
    public static Command Create()
    {
        var lacking = new Option<bool>("--lacking") { Description = "Say only which package would help, if one would, for scripts" };
        var command = new Command("emulator", "Tell which DOS emulator the hub uses") { lacking };
        command.SetAction(parsed =>
        {
            ConfigurationReload.Poll();
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
            CommandHub.UseDataFolder(builder.Configuration, parsed);
            SettingsFile.AddTo(builder.Configuration, watch: false).Dispose();
            builder.Logging.ClearProviders();
            builder.Services.AddDos(builder.Configuration);
            using var host = builder.Build();
            var settings = host.Services.GetRequiredService<IOptions<DosOptions>>().Value;
            var choice = host.Services.GetRequiredService<DosMachines>().Find(settings);
            if (parsed.GetValue(lacking))
            {
                Console.Write(choice.Machine is null && DosMachines.TakesDosBox(settings) ? "dosbox\n" : "");
                return 0;
            }

            Console.WriteLine($"The hub uses {(choice.Machine ?? throw new RefusedException(choice.Missing!)).Name}.");
            return 0;
        });
        return command;
    }
}
