return await NovaHub.Client.Commands.ClientCommands.RunAsync(args);
