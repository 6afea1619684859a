using NovaHub.Web;

var app = HubApp.Build(args);
await app.OpenAsync();
await app.WaitForShutdownAsync();
