using NovaHub.Engine.Storage;
using NovaHub.Web.Security;
using OpenIddict.Server;

namespace NovaHub.Web.Tests.Api;

public sealed class KeyTests
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Keys_are_their_owners_alone_and_so_is_the_database()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var folder = Path.Combine(Directory.CreateTempSubdirectory("novahub-").FullName, "data");
        await using (var hub = await HubHost.StartInAsync(folder))
        {
            _ = hub.Get<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>().CreateProtector("test");
            hub.Get<Microsoft.AspNetCore.DataProtection.KeyManagement.IKeyManager>().CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
            var keys = Directory.GetFiles(Path.Combine(folder, "keys"), "*", SearchOption.AllDirectories);
            Assert.Contains(keys, k => k.EndsWith(".xml", StringComparison.Ordinal));
            Assert.Equal(2, keys.Count(k => k.EndsWith(".pem", StringComparison.Ordinal)));
            Assert.All(keys, k => Assert.Equal(Owner, Mode(k)));
            Assert.Equal(Owner | UnixFileMode.UserExecute, Mode(Path.Combine(folder, "keys")));
            Assert.Equal(Owner | UnixFileMode.UserExecute, Mode(Path.Combine(folder, "keys", "cookies")));
            Assert.All(Directory.GetFiles(folder, "novahub.db*"), f => Assert.Equal(Owner, Mode(f)));
        }

        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Fact]
    public async Task Many_processes_at_once_agree_on_one_key()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-").FullName;
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            var options = new OpenIddictServerOptions();
            new TokenKeys(new StorageOptions { DataFolder = folder }).Configure(options);
            return options.SigningCredentials[0].Key.KeyId + options.EncryptionCredentials[0].Key.KeyId;
        })));
        Assert.Single(ids.Distinct());
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder, "keys")).Length);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_damaged_key_stops_the_start_with_its_name()
    {
        var folder = Directory.CreateTempSubdirectory("novahub-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "keys"));
        await File.WriteAllTextAsync(Path.Combine(folder, "keys", "token-signing.pem"), "not a key", HubHost.Stop);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => HubHost.StartInAsync(folder));
        Assert.Contains("token-signing.pem", failure.Message);
        Directory.Delete(folder, recursive: true);
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
