using Microsoft.Data.Sqlite;
using NovaHub.Engine.BrePackets;
using NovaHub.Engine.Games;

namespace NovaHub.Bench.Consoles;

/// <summary>A run of the sandbox game whose screen goes on scrolling: it reads much mail, and prints a line for each record, about 90 a second.</summary>
internal sealed class StreamingRun
{
    private const int LinesASecond = 90;
    private const int Packets = 40;

    /// <summary>First of the four boards that send the mail; the runs of other measurements have theirs.</summary>
    private const int FirstSender = 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private static readonly byte[] s_types = [0x1A, 0x02, 0x07, 0x09, 0x0D];

    private readonly HubData _data;

    private StreamingRun(HubData data, long id) => (_data, Id) = (data, id);

    public long Id { get; }

    /// <summary>Uploads the mail and waits until the game reads it.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="data">Its data.</param>
    /// <param name="round">How many such runs there were before.</param>
    /// <param name="length">How long the screen scrolls.</param>
    /// <param name="tokenOf">A board's token.</param>
    public static async Task<StreamingRun> StartAsync(HubProcess hub, HubData data, int round, TimeSpan length, Func<int, Task<string>> tokenOf)
    {
        var before = Ask(data, """SELECT COALESCE(MAX("Id"), 0) FROM "Runs" """);
        var records = (int)(length.TotalSeconds * LinesASecond / Packets);
        using (var wire = await HttpWire.ConnectAsync(hub.Port))
        {
            for (var i = 0; i < Packets; i++)
            {
                var source = FirstSender + (i % 4);
                var name = new PacketName(LeagueId.Parse(HubData.GameLeague), source, 1, (round * Packets / 4) + (i / 4));
                var body = BrePacketWriter.Write((uint)(i + 1), Enumerable.Range(0, records).Select(r => Record(source, i, r)));
                var reply = await wire.SendAsync(Requests.Put($"{Requests.Api}/leagues/{HubData.GameLeague}/packets/{name}", await tokenOf(source), body));
                if (reply.Status != 200)
                {
                    throw new InvalidOperationException($"{name}: unexpected answer {reply.Status}: {reply.Text}");
                }
            }
        }

        var id = await WaitAsync(data, $"""SELECT "Id" FROM "Runs" WHERE "Id" > {before} AND "PlayStartedAt" IS NOT NULL AND "EndedAt" IS NULL""", "start a run");
        return new StreamingRun(data, id);
    }

    /// <summary>Throws when the run is over: what was measured beside it was measured beside nothing.</summary>
    public void StillGoesOn()
    {
        if (Ask(_data, $"""SELECT COUNT(*) FROM "Runs" WHERE "Id" = {Id} AND "PlayEndedAt" IS NULL""") == 0)
        {
            throw new InvalidOperationException("The run ended before the measurement did.");
        }
    }

    /// <summary>Waits for the end, which must be a good one.</summary>
    public async Task EndAsync()
    {
        await WaitAsync(_data, $"""SELECT "Id" FROM "Runs" WHERE "Id" = {Id} AND "EndedAt" IS NOT NULL""", "end the run");
        if (Ask(_data, $"""SELECT COUNT(*) FROM "Runs" WHERE "Id" = {Id} AND "Outcome" = 'Good' AND "Consumed" = {Packets}""") == 0)
        {
            throw new InvalidOperationException($"Run {Id} did not read all of its {Packets} packets.");
        }
    }

    // No two alike in a row: on a screen whose lines are all the same nothing scrolls
    private static BreRecord Record(int source, int packet, int number)
    {
        var bytes = new byte[8 + (((packet * 61) + (number * 37)) % 230)];
        Random.Shared.NextBytes(bytes);
        return new BreRecord(s_types[(packet + number) % s_types.Length], (byte)source, 1, bytes);
    }

    private static async Task<long> WaitAsync(HubData data, string question, string what)
    {
        for (var until = DateTime.UtcNow + s_patience; DateTime.UtcNow < until; await Task.Delay(100))
        {
            if (Ask(data, question) is > 0 and var found)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"The hub did not {what} within {s_patience.TotalSeconds} s.");
    }

    private static long Ask(HubData data, string question)
    {
        using var connection = new SqliteConnection($"Data Source={data.Database};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = question;
        return command.ExecuteScalar() is long number ? number : 0;
    }
}
