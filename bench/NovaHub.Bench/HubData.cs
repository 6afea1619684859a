using System.Text.Json;
using NovaHub.Engine.Games;
using NovaHub.Engine.Sandbox;

namespace NovaHub.Bench;

/// <summary>A board's credentials.</summary>
internal sealed record Board(int Index, string ClientId, string ClientSecret);

/// <summary>A data folder with leagues, boards and a ledger, made by the hub's own commands and filled by SQL.</summary>
internal sealed record HubData(string Folder, IReadOnlyList<Board> Boards)
{
    /// <summary>Boards upload to each other; the league has no game.</summary>
    public const string UploadLeague = "555B";

    /// <summary>Boards 2, 3 and 4 have 10, 1,000 and 10,000 packets waiting; board 6 has mail to download.</summary>
    public const string MailLeague = "556B";

    /// <summary>Board 2 sends to board 3, which has an empty mailbox.</summary>
    public const string RelayLeague = "557B";

    /// <summary>The hub runs the sandbox game.</summary>
    public const string GameLeague = "900B";

    /// <summary>Index of the first board; the others follow.</summary>
    public const int FirstBoard = 2;

    public const int BoardCount = 8;

    /// <summary>The board with mail to download.</summary>
    public const int Downloader = 6;

    /// <summary>Waiting packets by board index.</summary>
    public static IReadOnlyDictionary<int, int> Waiting { get; } = new Dictionary<int, int> { [2] = 10, [3] = 1_000, [4] = 10_000 };

    // Part of the folder's name: a change of the filling makes a new one
    private const int Layout = 6;

    private const string BoardsFile = "bench-boards.json";

    public string Database => Path.Combine(Folder, "novahub.db");

    public Board Of(int index) => Boards[index - FirstBoard];

    /// <summary>A fresh copy of a prepared folder; the prepared one is made when it isn't there yet.</summary>
    public static async Task<HubData> OpenAsync(string program, string artifacts, int history)
    {
        var prepared = Path.Combine(artifacts, $"prepared-{Layout}-{await LedgerFill.SchemaAsync()}-{history}");
        if (!File.Exists(Path.Combine(prepared, BoardsFile)))
        {
            Console.Error.WriteLine($"Preparing a ledger of {history:N0} packets ...");
            if (Directory.Exists(prepared))
            {
                Directory.Delete(prepared, recursive: true);
            }

            await PrepareAsync(program, prepared, history);
        }

        var folder = Path.Combine(artifacts, $"data-{history}");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Copy(prepared, folder);
        var boards = JsonSerializer.Deserialize<List<Board>>(await File.ReadAllTextAsync(Path.Combine(folder, BoardsFile)))!;
        var data = new HubData(folder, boards);
        var game = SandboxGame.Install(Path.Combine(folder, "games"), "B900N01", LeagueId.Parse(GameLeague), "The Hub BBS", "13:900/1", null);
        await HubProcess.RunAsync(program, "league", "set", GameLeague, "--game-folder", game, "--data", folder);
        return data;
    }

    private static async Task PrepareAsync(string program, string folder, int history)
    {
        Directory.CreateDirectory(folder);
        foreach (var league in (string[])[UploadLeague, MailLeague, RelayLeague, GameLeague])
        {
            await HubProcess.RunAsync(program, "league", "add", league, "--name", $"Bench {league}", "--hub-address", "13:900/1", "--data", folder);
        }

        var boards = new List<Board>();
        for (var index = FirstBoard; index < FirstBoard + BoardCount; index++)
        {
            var seats = ((string[])[UploadLeague, MailLeague, RelayLeague, GameLeague]).SelectMany(l => (string[])["--member", $"{l}:{index}=13:900/{index}"]);
            var answer = await HubProcess.RunAsync(program, ["bbs", "add", $"Bench board {index}", .. seats, "--json", "--data", folder]);
            using var json = JsonDocument.Parse(answer);
            boards.Add(new Board(index, json.RootElement.GetProperty("client_id").GetString()!, json.RootElement.GetProperty("client_secret").GetString()!));
        }

        LedgerFill.Fill(Path.Combine(folder, "novahub.db"), history);
        await File.WriteAllTextAsync(Path.Combine(folder, BoardsFile), JsonSerializer.Serialize(boards));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
        }

        // Or the first durable upload pays for bringing this copy to disk
        Engine.Storage.DurableFile.SyncFileSystem(to);
    }
}
