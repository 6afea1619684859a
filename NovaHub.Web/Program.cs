return await NovaHub.Web.Commands.HubCommands.RunAsync(args);
