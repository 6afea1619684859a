using NovaHub.Web.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace NovaHub.Web.Tests;

/// <summary>Begins with the classes that take minutes, so that none of them is left over when all others are done.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long = ["Crash.CrashTest", "AccessTests", "Commands.", "Browser.JourneyTests", "Browser.", "Components.EveryPageTests"];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(c => Rank(c))];

    private static int Rank(ITestCollection collection) =>
        Array.FindIndex(s_long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var at and >= 0 ? at : s_long.Length;
}
