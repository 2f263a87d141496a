const vscode = require('vscode');

// A first look should not begin with a search for the right icon.
exports.activate = () => vscode.commands.executeCommand('azureBackup.resources.focus');
