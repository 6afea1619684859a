using System.Collections.Immutable;
using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NovaHub.Engine.Leagues;
using NovaHub.Engine.Packets;
using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Alerts;

/// <summary>
/// Has each rule look when something happened that concerns it, and every minute. It keeps nothing that matters: what is
/// open stands in the database, so a restart goes on where the last process stopped.
/// </summary>
internal sealed class AlertWatch(
    IEnumerable<IAlertRule> rules, AlertKeeper keeper, BoardHabits habits, SignalWatch signals, LedgerEvents events, TimeProvider clock, ILogger<AlertWatch> log)
    : BackgroundService
{
    private const string Everything = "*";

    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_forget = TimeSpan.FromDays(1);

    private readonly ImmutableArray<IAlertRule> _rules = [.. rules];
    private readonly Channel<bool> _called = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ImmutableHashSet<string> _topics = [];
    private ILookup<AlertKind, ClosedAlert>? _closed;
    private long? _forgot;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before a board can speak: how long the hub was away is told from the time before
        await habits.BeginAsync(await keeper.LatestAsync(cancellationToken), cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        Unsubscribe();
        base.Dispose();
    }

    /// <summary>Has every rule look once, or those that the topics concern.</summary>
    internal async Task LookAsync(IReadOnlySet<string>? topics, CancellationToken cancellationToken)
    {
        if (topics?.Contains(AlertBook.Topic) != false)
        {
            _closed = null;
        }

        foreach (var rule in _rules.Where(r => topics is null || topics.Contains(Everything) || r.Topics.Any(topics.Contains)))
        {
            try
            {
                var conditions = await rule.LookAsync(cancellationToken);
                _closed ??= await keeper.ClosedAsync(cancellationToken);
                await keeper.HoldAsync(rule.Kind, conditions, [.. _closed[rule.Kind]], cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // One rule that fails must not keep the others from looking
                Log.RuleFailed(log, rule.Kind, failure);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        signals.Changed += Call;
        events.Happened += OnHappened;
        using var minute = clock.CreateTimer(_ => Call(Everything), null, TimeSpan.Zero, s_look);
        try
        {
            while (true)
            {
                await _called.Reader.ReadAsync(stoppingToken);
                await LookAsync(Interlocked.Exchange(ref _topics, []), stoppingToken);
                await ForgetAsync(stoppingToken);
                // What comes meanwhile is seen to together
                await Task.Delay(s_rest, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Unsubscribe();
        }
    }

    private void Unsubscribe()
    {
        signals.Changed -= Call;
        events.Happened -= OnHappened;
    }

    // Uploads raise no signal; for every one of them this is a look into a small set
    private void OnHappened(LedgerEvent happened)
    {
        if (happened is { Kind: LedgerEventKind.Received, ForHub: true })
        {
            Call(Signal.Packets);
        }
    }

    private void Call(string topic)
    {
        if (_topics.Contains(topic) || (topic != Everything && topic != AlertBook.Topic && !_rules.Any(r => r.Topics.Contains(topic))))
        {
            return;
        }

        ImmutableInterlocked.Update(ref _topics, t => t.Add(topic));
        _called.Writer.TryWrite(true);
    }

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        if (_forgot is { } at && clock.GetElapsedTime(at) < s_forget)
        {
            return;
        }

        _forgot = clock.GetTimestamp();
        try
        {
            await habits.ForgetAsync(cancellationToken);
            await keeper.ForgetAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException)
        {
            Log.NotForgotten(log, failure);
        }
    }
}
