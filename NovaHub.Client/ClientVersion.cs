using System.Reflection;

namespace NovaHub.Client;

/// <summary>This program's version.</summary>
internal static class ClientVersion
{
    public static string Text { get; } =
        typeof(ClientVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
