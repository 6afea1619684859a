using NovaHub.Engine.Games;

namespace NovaHub.Engine.Tests.Games;

public class SequenceOrderTests
{
    [Theory]
    [InlineData("998 999 0 1", "0 1 998 999")]
    [InlineData("1 2 3", "3 2 1")]
    [InlineData("999 0", "0 999")]
    [InlineData("700 0 45", "0 45 700")]
    [InlineData("7", "7")]
    [InlineData("", "")]
    public void Packets_are_ordered_by_number_around_the_wrap(string expected, string given) =>
        Assert.Equal(Numbers(expected), SequenceOrder.Sort(Numbers(given), n => n));

    [Fact]
    public void Of_two_with_one_number_the_first_given_goes_first() =>
        Assert.Equal(["old", "new"], SequenceOrder.Sort([("old", 5), ("new", 5)], p => p.Item2).Select(p => p.Item1));

    private static IEnumerable<int> Numbers(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
}
