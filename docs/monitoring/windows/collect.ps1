# Registers a scheduled task that keeps a run of backup storage usage every six hours. Run it once, as the user whose profile
# holds the configuration file; Windows asks for the password of that user.
$ErrorActionPreference = 'Stop'
$user = [Security.Principal.WindowsIdentity]::GetCurrent().Name
$action = New-ScheduledTaskAction -Execute 'C:\Program Files\backhaul\backhaul.exe' `
    -Argument 'collect --quiet --store "C:\ProgramData\backhaul\store"'
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date).Date.AddMinutes(15) -RepetitionInterval (New-TimeSpan -Hours 6)
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 5)
$credential = Get-Credential -UserName $user -Message 'The account that asks the backup servers'
Register-ScheduledTask -TaskName 'backhaul collect' -Action $action -Trigger $trigger -Settings $settings `
    -User $credential.UserName -Password $credential.GetNetworkCredential().Password
