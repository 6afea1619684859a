namespace NovaHub.Client.Tests;

/// <summary>The PowerShell client's configuration, read as it is.</summary>
public sealed class Psd1Tests
{
    /// <summary>As boards have it: comments of both kinds, single quotes, settings that only that client has.</summary>
    public static string Config(LeagueHub hub, string game) => $$"""
        <#
            The board's configuration. A ' or a { in here means nothing.
        #>
        @{
            Hub = @{
                Url          = '{{hub.Host.Address.ToString().TrimEnd('/')}}'   # no slash needed
                ClientId     = '{{hub.Credentials.ClientId}}'
                ClientSecret = "{{hub.Credentials.ClientSecret}}"
            }

            Bbs = @{ Name = 'The Dive' }

            Sync = @{
                SentAction        = 'archive'
                ArchiveDir        = '.\sent'
                MaxRetries        = 1 ; RetryDelaySeconds = 1
                TimeoutSeconds    = 20
                MetricsFile       = '.\metrics.json'
                NodelistCheck     = 'bootstrap'
            }

            Daemon = @{
                SyncIntervalSeconds        = 1
                MaintenanceIntervalSeconds = 0
                RunMaintenanceOnDownload   = $False
            }

            Leagues = @(
                @{
                    Game        = 'bre'
                    Number      = '555'
                    Enabled     = $true
                    BbsIndex    = 2    # assigned by the hub
                    OutboundDir = '{{game}}{{Slash(game)}}OUTBOUND'
                    InboundDir  = '{{game}}{{Slash(game)}}INBOUND'
                    GameFolder  = '{{game}}'
                    GameCommand = 'BRE'
                }
                # @{ Game = 'FE'; Number = '015' }
                @{
                    Game = 'FE'; Number = '015'; Enabled = $false
                }
            )
        }

        """.ReplaceLineEndings("\r\n");

    [Fact]
    public async Task A_board_that_had_the_PowerShell_client_goes_on_with_its_config_psd1()
    {
        await using var hub = await LeagueHub.StartAsync();
        using var board = new Board(hub.Host, hub.Credentials);
        File.Delete(board.ConfigPath);
        File.WriteAllText(Path.Combine(board.Folder, "config.psd1"), Config(hub, board.Folder));
        board.Write("555B0201.001", [1, 2, 3]);
        await hub.QueueAsync("555B0302.001", [4, 5]);
        // Found by itself where there is no config.toml
        var ran = await board.SyncAsync();
        Assert.DoesNotContain("not known", ran.All, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], Assert.Single(await hub.LedgerAsync(2)).Bytes);
        Assert.Equal([4, 5], Assert.Single(board.Consume()).Bytes);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(board.Sent, "555B0201.001")));
        Assert.Equal(1, board.Metrics().GetProperty("leagues").GetProperty("BRE_555").GetProperty("downloaded").GetInt32());
        Assert.False(board.Metrics().GetProperty("leagues").TryGetProperty("FE_015", out _));
    }

    [Theory]
    [InlineData("BbsIndex    = 2 ", "BbsIndex    = 256 ", "BbsIndex of BRE 555 is 256; allowed is a whole number from 1 to 255.")]
    [InlineData("MaxRetries        = 1", "MaxRetries        = '1'", "Sync.MaxRetries is \"1\"; allowed is a whole number")]
    [InlineData("RetryDelaySeconds = 1", "RetryDelaySeconds = -1", "Sync.RetryDelaySeconds is -1; allowed is a number of seconds")]
    [InlineData("Enabled     = $true", "Enabled     = 'yes'", "Enabled of BRE 555 is \"yes\"; allowed is $true or $false.")]
    [InlineData("ClientId     = ", "ClientIdent  = ", "Hub.ClientId is missing")]
    [InlineData("= '555'", "= 555", "a league needs Game = 'BRE' or 'FE' and Number = its three digits in quotation marks")]
    [InlineData("= '555'", "= '55'", "BRE 55 is no league")]
    [InlineData("'archive'", "Get-Date", "this is no PowerShell data file: here should be a text in quotation marks")]
    [InlineData("'archive'", "$env:HOME", "$env is a variable")]
    [InlineData("'archive'", "\"$home/x\"", "a text in double quotes with a $ in it")]
    [InlineData("= 'archive'", "= 'archive", "an end of the line or a semicolon should be here")]
    [InlineData("SentAction        = 'archive'", "SentAction 'archive'", "behind SentAction an = is missing")]
    [InlineData("BbsIndex    = 2 ", "BbsIndex    = 2 ; BbsIndex = 3 ", "BbsIndex stands here twice")]
    public async Task A_fault_in_it_names_the_line_and_the_setting_as_it_is_called_there(string good, string bad, string sentence)
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var path = Path.Combine(board.Folder, "config.psd1");
        var text = Text(board);
        Assert.Contains(good, text, StringComparison.Ordinal);
        var broken = text.Replace(good, bad, StringComparison.Ordinal);
        File.WriteAllText(path, broken);
        var ran = await board.RunAsync("validate", "--config", path);
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains(sentence, ran.Out, StringComparison.Ordinal);
        Assert.Matches("config.psd1, line [0-9]+: ", ran.Out);
        Assert.DoesNotContain("sync.", ran.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@{ Hub = @{ Url = 'x' }", "the closing } is missing")]
    [InlineData("@{ Hub = @{ Url = 'x' ; ", "a closing } or ) is missing")]
    [InlineData("@{ Hub = @{ Url = 'x", "no closing quotation mark")]
    [InlineData("@{ <# ", "has no end (#>)")]
    [InlineData("[hub]\nurl = \"x\"", "a data file begins with @{")]
    [InlineData("", "a data file begins with @{")]
    [InlineData("@{}\nGet-Date", "behind the closing } nothing may follow")]
    [InlineData("@{ Leagues = @( 1, 2 ) }", "Leagues is a list of leagues")]
    [InlineData("@{ Hub = 'x' }", "Hub is a group of settings")]
    [InlineData("@{ Hub = @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( @( 1 ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) ) }", "nested too deeply")]
    public async Task What_is_no_data_file_is_refused_with_a_sentence(string text, string sentence)
    {
        using var board = new Board(new Uri("http://127.0.0.1:9"), "id", "the-secret-itself");
        var path = Path.Combine(board.Folder, "config.psd1");
        File.WriteAllText(path, text);
        var ran = await board.RunAsync("validate", "--config", path);
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains(sentence, ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_form_of_text_and_number_that_a_data_file_may_have_is_read()
    {
        await using var hub = await OldHub.StartAsync();
        using var board = hub.NewBoard();
        var path = Path.Combine(board.Folder, "config.psd1");
        File.WriteAllText(path, Text(board)
            .Replace("'The Dive'", "'It''s \u201cthe\u201d Dive'", StringComparison.Ordinal)
            .Replace("MaxRetries        = 1 ;", "\"MaxRetries\" = 0x2 ;", StringComparison.Ordinal)
            .Replace("TimeoutSeconds    = 20", "TimeoutSeconds = `\n    1.5", StringComparison.Ordinal)
            .Replace("ArchiveDir        = '.\\sent'", "ArchiveDir = @'\n.\\it's here\n'@", StringComparison.Ordinal));
        board.Write("555B0201.001", [1]);
        var ran = await board.RunAsync("--config", path);
        Assert.True(ran.ExitCode == 0, ran.All);
        Assert.True(File.Exists(Path.Combine(board.Folder, "it's here", "555B0201.001")));
        Assert.Contains("bbs.name says “It's “the” Dive”", (await board.RunAsync("test-connection", "--config", path)).Out, StringComparison.Ordinal);
    }

    private static string Slash(string game) => game.Contains('\\', StringComparison.Ordinal) ? "\\" : "/";

    private static string Text(Board board) => $$"""
        @{
            Hub  = @{ Url = '{{board.Hub}}'; ClientSecret = '{{OldHub.Secret}}'
                      ClientId     = '{{OldHub.ClientId}}' }
            Bbs  = @{ Name = 'The Dive' }
            Sync = @{
                SentAction        = 'archive'
                ArchiveDir        = '.\sent'
                MaxRetries        = 1 ; RetryDelaySeconds = 1
                TimeoutSeconds    = 20
            }
            Leagues = @{
                Game        = 'BRE' ; Number      = '555'
                Enabled     = $true
                BbsIndex    = 2 # ours
                OutboundDir = '{{board.Outbound}}'
                InboundDir  = '{{board.Inbound}}'
            }
        }
        """;
}
