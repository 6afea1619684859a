using System.Data.Common;
using System.Threading.Channels;
using NovaHub.Engine.Storage;
using NovaHub.Engine.Storage.Opening;

namespace NovaHub.Web.Api;

/// <summary>Looks whether the ledger takes writes.</summary>
internal sealed class LedgerHealth(GroupCommit commits, LedgerDamage damage, TimeProvider clock)
{
    // One write waits at a time, however long the disk takes: asking again adds nothing to its load
    private Task<string>? _write;

    /// <summary>Whether it was found damaged.</summary>
    public bool IsDamaged => damage.Found is not null;

    /// <summary>What is wrong, or <see cref="HubHealth.Ok"/>.</summary>
    public async Task<string> LookAsync()
    {
        if (damage.Sentence is { } sentence)
        {
            return sentence;
        }

        _write = _write is { IsCompleted: false } ? _write : WriteAsync();
        try
        {
            return await _write.WaitAsync(HubHealth.Patience, clock);
        }
        catch (TimeoutException)
        {
            return "The ledger did not take a write within 2 seconds.";
        }
    }

    private async Task<string> WriteAsync()
    {
        try
        {
            await commits.WriteAsync(w =>
            {
                w.Raise("health");
                return true;
            });
            return HubHealth.Ok;
        }
        catch (Exception failure) when (failure is DbException or ChannelClosedException)
        {
            return damage.Sentence ?? "The ledger can't be written to.";
        }
    }
}
