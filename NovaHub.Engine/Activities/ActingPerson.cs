namespace NovaHub.Engine.Activities;

/// <summary>
/// Who is behind what the calls of this flow do. Set once where a person's act begins, so that no method between there and
/// the activity it adds has to hand a name on; nobody, for the hub itself and the command line.
/// </summary>
public static class ActingPerson
{
    private static readonly AsyncLocal<string?> s_name = new();

    /// <summary>The person's name, or null.</summary>
    public static string? Name => s_name.Value;

    /// <summary>Everything that this flow does is this person's doing, until the result is disposed.</summary>
    public static IDisposable Begin(string? name)
    {
        var scope = new Scope(s_name.Value);
        s_name.Value = name;
        return scope;
    }

    private sealed class Scope(string? before) : IDisposable
    {
        public void Dispose() => s_name.Value = before;
    }
}
