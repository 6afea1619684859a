using System.Collections.Immutable;

namespace NovaHub.Engine.Runs;

/// <summary>What a run read, or wrote, on one route. Immutable.</summary>
/// <param name="Count">Items.</param>
/// <param name="Bytes">Their size, unpacked.</param>
/// <param name="Types">How many there are of each type.</param>
public sealed record RunRoute(int Count, long Bytes, ImmutableSortedDictionary<string, int> Types)
{
    private static readonly RunRoute s_empty = new(0, 0, ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal));

    /// <summary>Adds items up by direction and route.</summary>
    public static ImmutableDictionary<(bool Read, int Source, int Dest), RunRoute> Of(IEnumerable<RunItem> items) =>
        items.Aggregate(ImmutableDictionary<(bool, int, int), RunRoute>.Empty, Add);

    /// <summary>The sums with one more item.</summary>
    public static ImmutableDictionary<(bool Read, int Source, int Dest), RunRoute> Add(
        ImmutableDictionary<(bool Read, int Source, int Dest), RunRoute> routes, RunItem item)
    {
        var key = (item.Read, item.Source, item.Dest);
        var route = routes.GetValueOrDefault(key, s_empty);
        return routes.SetItem(key, new RunRoute(
            route.Count + 1, route.Bytes + item.Size, route.Types.SetItem(item.Type, route.Types.GetValueOrDefault(item.Type) + 1)));
    }
}
