using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NovaHub.Web.Tests;

/// <summary>The start of the whole program.</summary>
public class StartTests
{
    [Fact]
    public async Task What_had_started_is_stopped_before_it_is_disposed_when_the_hub_can_not_start()
    {
        var part = new Part();

        var failure = await Assert.ThrowsAsync<IOException>(() => HubHost.StartInAsync(null, builder => builder.Services
            .AddSingleton<IHostedService>(_ => part).AddSingleton<IHostedService>(_ => new Broken())));

        Assert.Equal("The address is in use.", failure.Message);
        Assert.Equal(["started", "stopped", "disposed"], part.Told);
    }

    private sealed class Part : IHostedService, IDisposable
    {
        public List<string> Told { get; } = [];

        public Task StartAsync(CancellationToken cancellationToken) => TellAsync("started");

        public Task StopAsync(CancellationToken cancellationToken) => TellAsync("stopped");

        public void Dispose() => Told.Add("disposed");

        private Task TellAsync(string what)
        {
            Told.Add(what);
            return Task.CompletedTask;
        }
    }

    private sealed class Broken : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new IOException("The address is in use.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
