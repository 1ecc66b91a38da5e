// SPDX-License-Identifier: GPL-2.0
/*
 * One start by tryboot.txt, for the next restart only.
 *
 * The Pi's firmware reads tryboot.txt in place of config.txt when a flag was set before the restart, and clears the flag
 * before it starts anything. Raspberry Pi's own kernel sets it where somebody asks for `reboot "0 tryboot"`; Debian's has
 * no way to. So it is a parameter here: what is written to /sys/module/han_tryboot/parameters/once is the flag, and what
 * is read there is what the firmware says it is. Firmware without it says nothing, and starts by config.txt.
 *
 * The two tags are those of the firmware (Raspberry Pi's Linux, include/soc/bcm2835/raspberrypi-firmware.h:
 * RPI_FIRMWARE_GET_REBOOT_FLAGS, RPI_FIRMWARE_SET_REBOOT_FLAGS); the flag is their bit 0.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

#define GET_REBOOT_FLAGS 0x00030064
#define SET_REBOOT_FLAGS 0x00038064
#define TRYBOOT BIT(0)

static struct rpi_firmware *firmware;

static int set_once(const char *word, const struct kernel_param *parameter)
{
	bool once;
	u32 flags;
	int failed = kstrtobool(word, &once);

	if (failed)
		return failed;
	if (!firmware)
		return -EAGAIN;
	flags = once ? TRYBOOT : 0;
	return rpi_firmware_property(firmware, SET_REBOOT_FLAGS, &flags, sizeof(flags));
}

static int get_once(char *text, const struct kernel_param *parameter)
{
	u32 flags = 0;
	int failed = firmware ? rpi_firmware_property(firmware, GET_REBOOT_FLAGS, &flags, sizeof(flags)) : -EAGAIN;

	return failed ? failed : sysfs_emit(text, "%d\n", !!(flags & TRYBOOT));
}

static const struct kernel_param_ops once_ops = {
	.set = set_once,
	.get = get_once,
};
module_param_cb(once, &once_ops, NULL, 0600);
MODULE_PARM_DESC(once, "start by tryboot.txt at the next restart, and only then");

static int __init find_firmware(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "raspberrypi,bcm2835-firmware");

	if (!node)
		return -ENODEV;
	firmware = rpi_firmware_get(node);
	of_node_put(node);
	return firmware ? 0 : -EPROBE_DEFER;
}
module_init(find_firmware);

static void __exit let_firmware_go(void)
{
	rpi_firmware_put(firmware);
}
module_exit(let_firmware_go);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("One start of a Raspberry Pi by tryboot.txt");
