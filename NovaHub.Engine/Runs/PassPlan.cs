namespace NovaHub.Engine.Runs;

/// <summary>How much is put before a game.</summary>
/// <param name="Passes">The game is started at most so often in one run.</param>
/// <param name="Packets">At most so many packets in one run.</param>
/// <param name="Bytes">About so many bytes in one run; at least one packet.</param>
internal sealed record PassLimits(int Passes, int Packets, long Bytes);

/// <summary>
/// Divides what waits for a game into passes, so that the packets of each route are read in the order in which they came.
/// A game reads INBOUND as DOS lists it: by name under one emulator, in the host's own order under the other. By name a
/// batch is in order as long as its numbers rise; otherwise one packet of a route is put there at a time.
/// </summary>
internal static class PassPlan
{
    /// <summary>Divides.</summary>
    /// <param name="waiting">What waits, oldest first on each route.</param>
    /// <param name="byName">DOS lists the folder by name.</param>
    /// <param name="limits">How much of it.</param>
    /// <param name="isTaken">Packets that INBOUND has no room for: they wait, and what came after them on their route too.</param>
    /// <returns>The passes, at least one; and the packets that have no room.</returns>
    public static (IReadOnlyList<IReadOnlyList<StagedPacket>> Passes, IReadOnlyList<StagedPacket> Taken) Make(
        IEnumerable<StagedPacket> waiting, bool byName, PassLimits limits, Func<StagedPacket, bool> isTaken)
    {
        var passes = new List<List<StagedPacket>>();
        var taken = new List<StagedPacket>();
        foreach (var route in waiting.GroupBy(p => p.Name.Source))
        {
            var (pass, last) = (-1, -1);
            foreach (var packet in route)
            {
                if (isTaken(packet))
                {
                    taken.Add(packet);
                    break;
                }

                if (pass < 0 || !byName || packet.Name.Sequence <= last)
                {
                    pass++;
                }

                if (pass == limits.Passes)
                {
                    break;
                }

                if (pass == passes.Count)
                {
                    passes.Add([]);
                }

                passes[pass].Add(packet);
                last = packet.Name.Sequence;
            }
        }

        return (Cut(passes, limits), taken);
    }

    // Where it is too much the rest waits for the next run: of every route what came last
    private static List<IReadOnlyList<StagedPacket>> Cut(List<List<StagedPacket>> passes, PassLimits limits)
    {
        var (cut, packets, bytes) = (new List<IReadOnlyList<StagedPacket>>(), 0, 0L);
        foreach (var pass in passes)
        {
            var fits = pass.OrderBy(p => p.Id).TakeWhile(p => ++packets <= limits.Packets && ((bytes += p.Size) <= limits.Bytes || packets == 1)).ToList();
            if (fits.Count > 0)
            {
                cut.Add(fits);
            }

            if (fits.Count < pass.Count)
            {
                break;
            }
        }

        return cut.Count == 0 ? [[]] : cut;
    }
}
