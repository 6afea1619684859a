using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;

namespace NovaHub.Web.Tests.Commands;

/// <summary>The program as a child process on a data folder of its own.</summary>
internal sealed class HubProgram : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "NovaHub.Web.dll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("novahub-cli-").FullName;

    public string Data => Path.Combine(Folder, "data");

    public Task<(int Code, string Out, string Error)> TypeAsync(string? input, params string[] arguments) => RunAsync([], input, arguments);

    private async Task<(int Code, string Out, string Error)> RunAsync(Dictionary<string, string?> environment, string? input, string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var result = await Cli.Wrap("dotnet").WithArguments([s_program, .. arguments, "--data", Data])
            .WithEnvironmentVariables(environment)
            .WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromString(input))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(limit.Token);
        return (result.ExitCode, result.StandardOutput, result.StandardError);
    }

    public Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments) => TypeAsync(null, arguments);

    /// <summary>Runs it with these variables in its environment.</summary>
    public Task<(int Code, string Out, string Error)> RunAsync(Dictionary<string, string?> environment, params string[] arguments) => RunAsync(environment, null, arguments);

    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, "--json"]);
        Assert.True(code == 0, error);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
