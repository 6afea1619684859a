using NovaHub.Engine.Storage;

namespace NovaHub.Engine.Runs;

// What was read from the screen goes into the database while the game runs
internal sealed partial class RunScreen
{
    private async Task TryStoreAsync()
    {
        try
        {
            await StoreAsync();
        }
        catch (System.Data.Common.DbException)
        {
            // A busy database: what was read is kept and written at the next beat
        }
    }

    // The loop and the end of a pass take turns
    private async Task StoreAsync()
    {
        await _storing.WaitAsync();
        try
        {
            List<RunPhase> phases;
            List<RunItem> items;
            List<RunSender> senders;
            lock (_gate)
            {
                (phases, items, senders) = ([.. _phases], [.. _items], [.. _senders]);
                Volatile.Write(ref _urgent, false);
            }

            if (phases.Count + items.Count + senders.Count > 0)
            {
                await _store.WriteAsync(_run, writer => Insert(writer, phases, items, senders));
            }

            lock (_gate)
            {
                _phases.RemoveRange(0, phases.Count);
                _items.RemoveRange(0, items.Count);
                _senders.RemoveRange(0, senders.Count);
            }
        }
        finally
        {
            _storing.Release();
        }
    }

    private static void Insert(LedgerWriter writer, List<RunPhase> phases, List<RunItem> items, List<RunSender> senders)
    {
        foreach (var sender in senders)
        {
            writer.Execute(
                """INSERT INTO "RunSenders" ("RunId", "Pass", "Node", "Shown") VALUES (@p0, @p1, @p2, @p3) ON CONFLICT ("RunId", "Pass", "Node") DO UPDATE SET "Shown" = "Shown" OR @p3""",
                sender.RunId, sender.Pass, sender.Node, sender.Shown);
        }

        foreach (var phase in phases)
        {
            writer.Execute(
                """INSERT INTO "RunPhases" ("RunId", "Order", "Name", "At") VALUES (@p0, @p1, @p2, @p3) ON CONFLICT DO NOTHING""",
                phase.RunId, phase.Order, phase.Name, phase.At);
        }

        foreach (var item in items)
        {
            writer.Execute(
                """
                INSERT INTO "RunItems" ("RunId", "Order", "Phase", "Read", "Type", "Source", "Dest", "PackedSize", "Size")
                VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8) ON CONFLICT DO NOTHING
                """,
                item.RunId, item.Order, item.Phase, item.Read, item.Type, item.Source, item.Dest, item.PackedSize, item.Size);
        }
    }
}
