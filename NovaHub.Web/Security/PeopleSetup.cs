using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using NovaHub.Engine.Accounts;

namespace NovaHub.Web.Security;

/// <summary>Where the set-up link is printed: the terminal, never a log that is kept.</summary>
/// <param name="Writer">Receives the lines.</param>
internal sealed record SetupLinkOutlet(TextWriter Writer);

/// <summary>Prints a new set-up link at each start until there is an account.</summary>
internal sealed class SetupLinkPrinter(AccountAdmin accounts, IServer server, SetupLinkOutlet outlet) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await accounts.AnyUserAsync(cancellationToken))
        {
            return;
        }

        var token = await accounts.CreateSetupLinkAsync(cancellationToken);
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://127.0.0.1:8000";
        await outlet.Writer.WriteLineAsync(
            $"""

              There is no account yet. Open this link within 24 hours to make the first admin (it works once):

                {Reachable(address)}/setup/{token}

            """.AsMemory(), cancellationToken);
        await outlet.Writer.FlushAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A bound address as one can type it: a wildcard becomes this machine's name.</summary>
    internal static string Reachable(string address)
    {
        var binding = BindingAddress.Parse(address);
        var anywhere = binding.Host is "*" or "+" || (IPAddress.TryParse(binding.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
        return $"{binding.Scheme}://{(anywhere ? Dns.GetHostName() : binding.Host)}:{binding.Port}";
    }
}
