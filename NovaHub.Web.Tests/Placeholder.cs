namespace NovaHub.Tests;
public class Placeholder { [Fact] public void T() => Assert.Equal(2, int.Parse("2")); }
