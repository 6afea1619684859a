using NovaHub.Client.Configuration;
using NovaHub.Client.Hub;
using NovaHub.Client.Screen;
using NovaHub.Wire;

namespace NovaHub.Client.Install;

/// <summary>Asks for what a configuration needs, and asks the hub for the rest.</summary>
internal sealed class Questions(TextReader input, TextWriter output, TimeProvider time)
{
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        var url = await AskAsync("The hub's address (https://…): ");
        var id = await AskAsync("Client id: ");
        var secret = await SecretAsync("Client secret (not shown): ");
        if (url.Length == 0 || id.Length == 0 || secret.Length == 0)
        {
            await Console.Error.WriteLineAsync("Address, id and secret are needed; the hub's admin has them.");
            return null;
        }

        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            await Console.Error.WriteLineAsync($"{url} is no address; one begins with https:// or http://.");
            return null;
        }

        var me = await WhoAsync(address, id, secret, cancellationToken);
        var name = me?.BbsName ?? await AskAsync("Your BBS's name: ");
        var places = new Dictionary<string, GamePlaces>(StringComparer.Ordinal);
        foreach (var league in me?.Leagues ?? [])
        {
            await output.WriteLineAsync($"League {league.LeagueId} ({league.Name}): you are BBS #{league.BbsIndex}.");
            if (await AskAsync($"Folder of your {league.Game} for it (empty: fill in later): ") is { Length: > 0 } folder)
            {
                var found = GamePlaces.Of(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
                places[league.LeagueId] = found;
                await output.WriteLineAsync(Directory.Exists(found.Folder)
                    ? $"It reads packets from {found.Inbound}."
                    : $"There is no folder {found.Folder} yet; put the game there, or change the file.");
            }
        }

        return ConfigText.Write(new ClaimAnswer(url.TrimEnd('/'), id, secret, name, me?.Leagues ?? []), places);
    }

    // A hub that can't be asked is no reason to stop: the file is written and test-connection says the rest
    private async Task<MeAnswer?> WhoAsync(Uri url, string id, string secret, CancellationToken cancellationToken)
    {
        var redactor = new Redactor();
        var voice = new PlainVoice(verbose: false, quiet: true, null, redactor);
        var sync = new SyncSettings(SentAction.Delete, "", 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), "");
        using var connection = new HubConnection(new HubSettings(url, id, secret), sync, time, voice, redactor);
        try
        {
            var me = await new HubClient(connection).MeAsync(cancellationToken);
            await output.WriteLineAsync(me is null ? "Signed in. This hub can't tell your leagues; add them to the file." : $"Signed in as “{me.BbsName}”.");
            return me;
        }
        catch (Exception no) when (no is HubRefusedException or HubUnreachableException)
        {
            await Console.Error.WriteLineAsync(redactor.Clean(no.Message));
            return null;
        }
    }

    private async Task<string> AskAsync(string question)
    {
        await output.WriteAsync(question);
        await output.FlushAsync();
        return (await input.ReadLineAsync())?.Trim() ?? "";
    }

    private async Task<string> SecretAsync(string question)
    {
        if (Console.IsInputRedirected)
        {
            return await AskAsync(question);
        }

        await output.WriteAsync(question);
        await output.FlushAsync();
        var typed = new List<char>();
        for (ConsoleKeyInfo key; (key = Console.ReadKey(intercept: true)).Key != ConsoleKey.Enter;)
        {
            if (key.Key == ConsoleKey.Backspace && typed.Count > 0)
            {
                typed.RemoveAt(typed.Count - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Add(key.KeyChar);
            }
        }

        await output.WriteLineAsync();
        return string.Concat(typed).Trim();
    }
}
